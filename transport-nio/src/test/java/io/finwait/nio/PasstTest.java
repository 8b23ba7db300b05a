package io.finwait.nio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.finwait.driver.AsyncConnection;
import io.finwait.driver.AsyncListener;
import io.finwait.driver.Driver;
import io.finwait.link.EthernetTransport;
import io.finwait.spi.Medium;
import io.finwait.spi.PacketBatch;
import io.finwait.spi.Transport;
import io.finwait.spi.Transports;
import io.finwait.tcp.CloseReason;
import io.finwait.tcp.EndpointConfig;
import io.finwait.wire.IpAddress;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Frames over a stream socket, as passt and QEMU frame them. passt carries our connections on to
 * sockets of this machine, and those of this machine to us, as it does for a virtual machine.
 */
@Timeout(120)
class PasstTest {

    private static final String GATEWAY = "10.0.5.1";
    private static final String OURS = "10.0.5.2";
    private static final int OCTETS = 1_000_000;

    @TempDir private Path folder;

    private Process passt(int forwarded) throws IOException {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/passt")), "passt is not here: skipped");
        // As root it becomes nobody, who must be able to make its socket.
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
        Process passt =
                new ProcessBuilder(
                                "passt",
                                "-f",
                                "-q",
                                "-4",
                                "-s",
                                folder.resolve("s").toString(),
                                "-a",
                                OURS,
                                "-n",
                                "24",
                                "-g",
                                GATEWAY,
                                "-t",
                                "127.0.0.1/" + forwarded + ":7")
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
        assumeTrue(
                passt.isAlive() || passt.exitValue() == 0,
                "passt finds no interface to copy addresses from: skipped");
        return passt;
    }

    private String uri() {
        return "unix:%s?role=client&medium=ethernet&own=%s/24&gateway=%s"
                .formatted(folder.resolve("s"), OURS, GATEWAY);
    }

    /** A port that nobody uses now. */
    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static ByteBuffer text() {
        ByteBuffer text = ByteBuffer.allocate(OCTETS);
        for (int i = 0; i < OCTETS; i++) {
            text.put(i, (byte) ((i * 31) >>> 3));
        }
        return text;
    }

    private static byte[] read(AsyncConnection connection) {
        ByteBuffer all = ByteBuffer.allocate(OCTETS);
        while (all.hasRemaining()) {
            assertThat(soon(connection.read(all))).isPositive();
        }
        return all.array();
    }

    /** Before the end of the block that owns it. */
    private static void close(Closeable socket) throws IOException {
        socket.close();
    }

    private static <T> T soon(CompletableFuture<T> answer) {
        return answer.orTimeout(30, TimeUnit.SECONDS).join();
    }

    /** On a busy machine passt of 2023 now and then loses a connection, or does not answer. */
    @Test
    @Tag("thorough")
    void passtCarriesConnectionsBothWays() throws Exception {
        int forwarded = freePort();
        Process passt = passt(forwarded);
        InetAddress loopback = InetAddress.getLoopbackAddress();
        EndpointConfig config = EndpointConfig.at(OURS).build();
        try (ServerSocket server = new ServerSocket(0, 8, loopback);
                Driver driver = Driver.start(config, Transports.open(uri()))) {
            // To passt's gateway is to this machine's loopback.
            AsyncConnection ours =
                    soon(driver.connect(IpAddress.parse(GATEWAY), server.getLocalPort()));
            try (Socket accepted = server.accept()) {
                // passt of 2023 sends more than it was given to a peer that has
                // closed its output: nobody half-closes.
                CompletableFuture<?> written = ours.write(text());
                byte[] there = accepted.getInputStream().readNBytes(OCTETS);
                assertThat(there).isEqualTo(text().array());
                soon(written);
                accepted.getOutputStream().write(text().array());
                assertThat(read(ours)).isEqualTo(text().array());
                CompletableFuture<CloseReason> closed = ours.close();
                assertThat(accepted.getInputStream().read()).isEqualTo(-1);
                close(accepted);
                assertThat(soon(closed)).isInstanceOf(CloseReason.Orderly.class);
            }

            AsyncListener listener = soon(driver.listen(7, 8));
            try (Socket client = new Socket(loopback, forwarded)) {
                // passt of 2023 answers our SYN,ACK when it has something to send.
                client.getOutputStream().write(text().array());
                AsyncConnection accepted = soon(listener.accept());
                assertThat(read(accepted)).isEqualTo(text().array());
                close(client);
                assertThat(soon(accepted.read(ByteBuffer.allocate(1)))).isEqualTo(-1);
                assertThat(soon(accepted.close())).isInstanceOf(CloseReason.Orderly.class);
            }
        } finally {
            passt.destroy();
        }
    }

    /** A virtual machine would be the peer: its firmware asks for an address in vain. */
    @Test
    void qemuSpeaksTheSame() throws Exception {
        assumeTrue(
                Files.isExecutable(Path.of("/usr/bin/qemu-system-x86_64")),
                "qemu-system-x86_64 is not here: skipped");
        Path socket = folder.resolve("q");
        try (Transport frames =
                Transports.open("unix:" + socket + "?role=server&medium=ethernet")) {
            Process qemu =
                    new ProcessBuilder(
                                    "qemu-system-x86_64",
                                    "-display",
                                    "none",
                                    "-netdev",
                                    "stream,id=n,server=off,addr.type=unix,addr.path=" + socket,
                                    "-device",
                                    "e1000,netdev=n",
                                    "-boot",
                                    "n")
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start();
            try {
                PacketBatch batch = new PacketBatch(1);
                while (frames.receive(batch, System.nanoTime()) == 0) {
                    frames.await(1_000_000_000L);
                }
                assertThat(batch.get(0).length()).isGreaterThanOrEqualTo(14);
            } finally {
                qemu.destroy();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"&own=10.0.0.1/24", "&own=10.0.0.1/24&vlan=7", "&own6=fd00::1/64"})
    void ethernetLeavesRoomForWholePackets(String own) {
        String uri = "unix:" + folder.resolve("x") + "?role=server&medium=ethernet&mtu=9000" + own;
        try (Transport ethernet = Transports.open(uri)) {
            assertThat(ethernet).isInstanceOf(EthernetTransport.class);
            assertThat(ethernet.capabilities().mtu()).isEqualTo(9_000);
        }
    }

    @Test
    void withoutAnAddressItCarriesFrames() {
        for (String scheme : List.of("unix:" + folder.resolve("y"), "stream://127.0.0.1:0")) {
            String uri = scheme + "?role=server&medium=ethernet&mtu=65535";
            try (Transport frames = Transports.open(uri)) {
                assertThat(frames.capabilities().medium()).isEqualTo(Medium.ETHERNET);
                assertThat(frames.capabilities().mtu()).isEqualTo(65_549);
                assertThat(frames.capabilities().largestPacket()).isEqualTo(65_553);
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "medium=radio | is neither 'ip' nor 'ethernet'",
                "own=10.0.0.1/24 | is for frames; add medium=ethernet",
                "medium=ethernet&gateway=10.0.0.1 | needs an address of the endpoint; add own=",
            })
    void aWrongUriIsRefused(String parameters, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Transports.open("stream://127.0.0.1:0?role=server&" + parameters))
                .withMessageContaining(message);
    }
}
