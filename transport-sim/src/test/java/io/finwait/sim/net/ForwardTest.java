package io.finwait.sim.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finwait.sim.junit.SimTest;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.CompletableFuture;

/** A host of the network behind which a socket of the kernel stands. */
@SimTest(time = Time.REAL)
@Timeout(60)
class ForwardTest {

    private static final int LONG_MS = 20_000;

    private ServerSocket kernel;

    @BeforeEach
    void listen() throws IOException {
        kernel = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        kernel.setSoTimeout(LONG_MS);
    }

    @AfterEach
    void close() throws IOException {
        kernel.close();
    }

    private InetSocketAddress real() {
        return (InetSocketAddress) kernel.getLocalSocketAddress();
    }

    private Socket accept() throws IOException {
        Socket accepted = kernel.accept();
        accepted.setSoTimeout(LONG_MS);
        return accepted;
    }

    private static Socket connect(NetHost app, NetHost db) throws IOException {
        Socket s = app.socket();
        s.connect(db.at(5432), LONG_MS);
        s.setSoTimeout(LONG_MS);
        return s;
    }

    /** Before the end of the block that it was opened in. */
    private static void end(AutoCloseable resource) throws Exception {
        resource.close();
    }

    @Test
    void aHalfCloseOfTheClientLeavesTheAnswerOpen(SimNet net, NetHost app) throws Exception {
        NetHost db = net.forward("db", 5432, real());
        try (Socket s = connect(app, db);
                Socket server = accept()) {
            s.getOutputStream().write(new byte[100_000]);
            s.shutdownOutput();
            assertThat(server.getInputStream().readAllBytes()).hasSize(100_000);
            server.getOutputStream().write(new byte[200_000]);
            end(server);
            assertThat(s.getInputStream().readAllBytes()).hasSize(200_000);
        }
    }

    @Test
    void aHalfCloseOfTheServerLeavesTheRequestOpen(SimNet net, NetHost app) throws Exception {
        NetHost db = net.forward("db", 5432, real());
        try (Socket s = connect(app, db);
                Socket server = accept()) {
            server.getOutputStream().write(1);
            server.shutdownOutput();
            assertThat(s.getInputStream().readAllBytes()).hasSize(1);
            s.getOutputStream().write(new byte[1_000]);
            s.shutdownOutput();
            assertThat(server.getInputStream().readAllBytes()).hasSize(1_000);
        }
        assertThat(net.packets(db, app)).noneMatch(each -> each.contains("RST"));
    }

    @Test
    void aResetOfTheServerIsAReset(SimNet net, NetHost app) throws Exception {
        NetHost db = net.forward("db", 5432, real());
        try (Socket s = connect(app, db);
                Socket server = accept()) {
            server.setSoLinger(true, 0);
            end(server);
            assertThat(Rig.readToTheEnd(s)).isEqualTo("0 octets, Connection reset");
        }
    }

    @Test
    void aResetOfTheClientIsAReset(SimNet net, NetHost app) throws Exception {
        NetHost db = net.forward("db", 5432, real());
        try (Socket s = connect(app, db);
                Socket server = accept()) {
            s.setSoLinger(true, 0);
            end(s);
            assertThat(Rig.readToTheEnd(server)).isEqualTo("0 octets, Connection reset");
        }
    }

    @Test
    void aServerThatRefusesIsAReset(SimNet net, NetHost app) throws Exception {
        InetSocketAddress nobody = real();
        kernel.close();
        NetHost db = net.forward("db", 5432, nobody);
        try (Socket s = connect(app, db)) {
            assertThat(Rig.readToTheEnd(s)).isEqualTo("0 octets, Connection reset");
        }
    }

    @Test
    void whoDoesNotReadLetsTheOtherEndWait(SimNet net, NetHost app) throws Exception {
        NetHost db = net.forward("db", 5432, real());
        int much = 64 << 20;
        try (Socket s = connect(app, db);
                Socket server = accept()) {
            CompletableFuture<Void> writes =
                    CompletableFuture.runAsync(() -> write(server, new byte[much]));
            byte[] some = new byte[1 << 16];
            long read = s.getInputStream().read(some);
            assertThat(writes).isNotDone();
            for (int n = 0; n >= 0; n = s.getInputStream().read(some)) {
                read += n;
            }
            assertThat(read).isEqualTo(much);
            writes.join();
        }
    }

    private static void write(Socket to, byte[] octets) {
        try (to) {
            to.getOutputStream().write(octets);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void faultsOfThePathApplyInFrontOfIt(SimNet net, NetHost app) throws Exception {
        NetHost db = net.forward("db", 5432, real());
        net.on(Seg.data().from(db).first(), Act.reset());
        try (Socket s = connect(app, db);
                Socket server = accept()) {
            server.getOutputStream().write(1);
            assertThat(Rig.readToTheEnd(s)).isEqualTo("0 octets, Connection reset");
            assertThat(Rig.readToTheEnd(server)).isEqualTo("0 octets, Connection reset");
        }
    }

    @Test
    void theEndOfTheNetworkIsAResetForTheServer() throws Exception {
        try (SimNet net = SimNet.create(1, Threads.FREE, Time.REAL)) {
            NetHost db = net.forward("db", 5432, real());
            Socket s = connect(net.host("client"), db);
            try (Socket server = accept()) {
                end(net);
                assertThat(Rig.readToTheEnd(server)).isEqualTo("0 octets, Connection reset");
            }
            assertThat(s.isConnected()).isTrue();
        }
    }

    @Test
    void virtualTimeWaitsForNoKernel() throws Exception {
        try (SimNet net = SimNet.create(1)) {
            assertThatThrownBy(() -> net.forward("db", 5432, real()))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("Time.REAL");
        }
    }
}
