package io.finwait.raw;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.finwait.tcp.State;
import io.finwait.trace.explain.Cause;
import io.finwait.trace.explain.ConnectionStory;
import io.finwait.trace.explain.Ending;
import io.finwait.trace.explain.Reason;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Connections between two hosts of the Linux kernel, each ended on purpose in a known way and
 * captured by {@code tcpdump} at both hosts: what is told of them is what was done.
 */
@Timeout(120)
@Tag("ci")
class KernelCausesTest {

    private static final int CLIENT = 0;
    private static final int SERVER = 1;
    private static final int STRANGER_TTL = 47;
    private static final long PATIENCE_NS = 8_000_000_000L;

    /** Longer than a host needs that has only lost a packet. */
    private static final long LONG_SILENCE_MS = 10_500;

    @TempDir private static Path folder;

    private static KernelPath path;
    private static WatchService captures;
    private static int lastPort = 7000;

    private final int port = ++lastPort;
    private ServerSocket listener;
    private Socket client;
    private Socket server;

    @BeforeAll
    static void join() throws IOException {
        captures = FileSystems.getDefault().newWatchService();
        folder.register(captures, StandardWatchEventKinds.ENTRY_MODIFY);
        path = new KernelPath(folder);
        KernelPath.set(path.client, "tcp_retries2", 4);
        KernelPath.set(path.client, "tcp_keepalive_time", 2);
        KernelPath.set(path.client, "tcp_keepalive_intvl", 1);
        KernelPath.set(path.client, "tcp_keepalive_probes", 2);
        KernelPath.set(path.client, "tcp_tw_reuse", 1);
    }

    @AfterAll
    static void part() throws IOException {
        captures.close();
        if (path != null) {
            path.close();
        }
    }

    private void open() throws IOException {
        listener = path.listen(port, 5);
        client = path.connect(port);
        server = listener.accept();
    }

    private static void send(Socket from, int octets) throws IOException {
        from.getOutputStream().write(new byte[octets]);
    }

    private static void read(Socket at, int octets) throws IOException {
        assertThat(at.getInputStream().readNBytes(octets)).hasSize(octets);
    }

    private void exchange() throws IOException {
        send(client, 100);
        read(server, 100);
        send(server, 500);
        read(client, 500);
    }

    /** Waits until both captures tell so. */
    private void bothTell(Consumer<ConnectionStory> what) {
        told(() -> path.atClient(port), what);
        told(() -> path.atServer(port), what);
    }

    /** Asks again each time that tcpdump has written. */
    private static void told(
            Supplier<List<ConnectionStory>> where, Consumer<ConnectionStory> what) {
        long end = System.nanoTime() + PATIENCE_NS;
        while (true) {
            List<ConnectionStory> stories = where.get();
            try {
                assertThat(stories).isNotEmpty();
                what.accept(stories.get(0));
                return;
            } catch (AssertionError e) {
                if (System.nanoTime() - end > 0) {
                    throw e;
                }
            }
            await(end - System.nanoTime());
        }
    }

    /** Waits until tcpdump writes, at most some nanoseconds and a second. */
    private static void await(long mostNs) {
        try {
            long most = Math.min(mostNs, 1_000_000_000L);
            WatchKey written = captures.poll(most, TimeUnit.NANOSECONDS);
            if (written != null) {
                written.pollEvents();
                written.reset();
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The two kernels' clocks go on; nothing else tells that a silence was long enough. */
    private static void beSilentFor(long ms) {
        long end = System.nanoTime() + ms * 1_000_000;
        while (System.nanoTime() - end < 0) {
            LockSupport.parkNanos(end - System.nanoTime());
        }
    }

    private static void until(BooleanSupplier condition) {
        long end = System.nanoTime() + PATIENCE_NS;
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime() - end).as("time has run out").isNegative();
            await(end - System.nanoTime());
        }
    }

    /** Waits until the client's text has come to the server's host. */
    private void serverHasReceived(long octets) {
        until(
                () -> {
                    List<ConnectionStory> stories = path.atServer(port);
                    return !stories.isEmpty() && stories.get(0).opener().textOctets() >= octets;
                });
    }

    /** Waits until the server's FIN has come. */
    private void clientReadsToTheEnd() throws IOException {
        assertThat(client.getInputStream().read()).isEqualTo(-1);
    }

    private static Consumer<ConnectionStory> reset(int by, Cause cause) {
        return story -> {
            assertThat(story.ending()).as(story.verdict()).isEqualTo(Ending.RESET);
            assertThat(story.closedFirst()).as(story.verdict()).isEqualTo(by);
            because(story, cause);
        };
    }

    private static void because(ConnectionStory story, Cause cause) {
        assertThat(story.reasons()).as(story.history()).isNotEmpty();
        assertThat(story.reasons().get(0).cause())
                .as("%s %s", story.history(), story.reasons())
                .isEqualTo(cause);
    }

    @Test
    void nobodyListens() {
        try {
            path.connect(port).close();
            throw new AssertionError("somebody listens");
        } catch (Exception e) {
            assertThat(e).hasStackTraceContaining("Connection refused");
        }

        bothTell(
                story -> {
                    assertThat(story.ending()).isEqualTo(Ending.REFUSED);
                    because(story, Cause.REFUSED);
                });
    }

    private static boolean isConnected(SocketChannel channel) {
        try {
            return channel.finishConnect();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void theBacklogIsFull() throws Exception {
        listener = path.listen(port, 1);
        List<SocketChannel> clients = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            SocketChannel each = path.client.call(SocketChannel::open);
            each.configureBlocking(false);
            each.connect(new InetSocketAddress(KernelPath.serverAddress(), port));
            clients.add(each);
            int opened = clients.size();
            until(() -> path.atClient(port).size() >= opened);
            // A SYN that overtakes the ACK of the second still finds a place.
            until(() -> opened > 2 || isConnected(each));
        }

        told(
                () -> path.atClient(port).reversed(),
                story -> {
                    assertThat(story.ending()).as(story.history()).isEqualTo(Ending.UNANSWERED);
                    because(story, Cause.BACKLOG_FULL);
                });
        for (SocketChannel each : clients) {
            each.close();
        }
    }

    @Test
    void anAbortByLingerZero() throws IOException {
        open();
        exchange();
        server.setSoLinger(true, 0);
        server.close();

        bothTell(reset(SERVER, Cause.ABORT));
    }

    @Test
    void aJavaSocketIsClosedWithTextUnread() throws IOException {
        open();
        exchange();
        send(client, 200);
        serverHasReceived(300);
        server.close();

        bothTell(
                story -> {
                    assertThat(story.ending()).isEqualTo(Ending.RESET);
                    because(story, Cause.UNREAD_TEXT);
                });
    }

    @Test
    void aSocketChannelIsClosedWithTextUnread() throws IOException {
        ServerSocketChannel accepting =
                path.server.call(
                        () ->
                                ServerSocketChannel.open()
                                        .bind(
                                                new InetSocketAddress(
                                                        KernelPath.serverAddress(), port)));
        client = path.connect(port);
        SocketChannel accepted = accepting.accept();
        send(client, 200);
        serverHasReceived(200);
        accepted.close();
        accepting.close();

        bothTell(reset(SERVER, Cause.UNREAD_TEXT));
    }

    @Test
    void aProgramInCClosesWithTextUnread() throws Exception {
        assumeTrue(Lab.runs("cc", "--version"), "there is no C compiler: skipped");
        Path source = folder.resolve("unread.c");
        Path program = folder.resolve("unread");
        Files.writeString(source, UNREAD_C);
        assertThat(Lab.runs("cc", "-o", program.toString(), source.toString())).isTrue();
        Process running = path.server.start(program.toString(), Integer.toString(port));
        assertThat(running.inputReader(StandardCharsets.UTF_8).readLine()).isEqualTo("listens");
        client = path.connect(port);
        send(client, 200);
        assertThat(running.waitFor()).isZero();

        bothTell(reset(SERVER, Cause.UNREAD_TEXT));
    }

    private static final String UNREAD_C =
            """
            #include <netinet/in.h>
            #include <stdio.h>
            #include <stdlib.h>
            #include <sys/socket.h>
            #include <unistd.h>
            int main(int argc, char **argv) {
                int one = 1, listener = socket(AF_INET, SOCK_STREAM, 0);
                struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[1]))};
                setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
                if (bind(listener, (struct sockaddr *)&at, sizeof at) || listen(listener, 1)) return 1;
                puts("listens");
                fflush(stdout);
                int accepted = accept(listener, 0, 0);
                char octet;
                if (read(accepted, &octet, 1) != 1) return 2;
                close(accepted);
                return 0;
            }
            """;

    @Test
    void aWriteAfterThePeerHasClosed() throws IOException {
        open();
        exchange();
        server.close();
        clientReadsToTheEnd();
        send(client, 300);

        bothTell(
                story -> {
                    assertThat(story.ending()).isEqualTo(Ending.RESET);
                    assertThat(story.closedFirst()).isEqualTo(SERVER);
                    because(story, Cause.TEXT_AFTER_CLOSE);
                    assertThat(story.opener().unacknowledgedOctets()).isEqualTo(300);
                });
    }

    @Test
    void onlyOneSideCloses() throws IOException {
        open();
        exchange();
        client.shutdownOutput();

        bothTell(
                story -> {
                    assertThat(story.ending()).isEqualTo(Ending.HALF_CLOSED);
                    assertThat(story.closedFirst()).isEqualTo(CLIENT);
                    assertThat(story.other().state()).isEqualTo(State.CLOSE_WAIT);
                    assertThat(story.opener().state()).isEqualTo(State.FIN_WAIT_2);
                });
    }

    @Test
    void bothCloseAtTheSameTime() throws IOException {
        open();
        exchange();
        path.delay(port, 400_000_000);
        client.close();
        server.close();

        bothTell(story -> assertThat(story.ending()).isEqualTo(Ending.SIMULTANEOUS));
    }

    @Test
    void aForgedResetIsToldFromItsSendersOwn() throws IOException {
        open();
        exchange();
        path.rule(
                port,
                (fromClient, packet) -> {
                    if (!fromClient && Forged.textLength(packet) > 0) {
                        path.inject(true, Forged.inFrontOf(packet, STRANGER_TTL));
                    }
                    return true;
                });
        send(server, 500);

        told(() -> path.atClient(port), reset(SERVER, Cause.INJECTED));
    }

    @Test
    void theHostIsStartedAgainOrSomethingOnTheWayForgets() throws Exception {
        Forgotten crash = new Forgotten();
        Forgotten probed = new Forgotten();
        Forgotten nat = new Forgotten();
        Forgotten silentNat = new Forgotten();
        probed.client.setKeepAlive(true);
        crash.serverGoesWithoutAWord();
        probed.serverGoesWithoutAWord();
        beSilentFor(LONG_SILENCE_MS);
        path.rule(
                nat.port,
                (fromClient, packet) -> {
                    if (fromClient) {
                        path.inject(true, Forged.answerOfNobody(packet, STRANGER_TTL));
                    }
                    return false;
                });
        path.rule(silentNat.port, KernelPath.CUT);
        for (Forgotten each : List.of(crash, nat, silentNat)) {
            send(each.client, 100);
        }

        told(() -> path.atClient(crash.port), reset(SERVER, Cause.FORGOTTEN));
        told(() -> path.atServer(crash.port).reversed(), reset(SERVER, Cause.ABORT));
        told(() -> path.atClient(nat.port), reset(SERVER, Cause.FORGOTTEN));
        told(
                () -> path.atClient(nat.port),
                story ->
                        assertThat(story.reasons().get(0).evidence())
                                .contains("TTL of " + STRANGER_TTL));
        told(() -> path.atClient(probed.port), reset(SERVER, Cause.FORGOTTEN));
        told(
                () -> path.atClient(silentNat.port),
                story -> {
                    assertThat(story.ending()).as(story.history()).isEqualTo(Ending.GAVE_UP);
                    assertThat(story.reasons())
                            .extracting(Reason::cause)
                            .containsExactly(Cause.GAVE_UP, Cause.FORGOTTEN);
                });
    }

    /** A connection that one side will forget. */
    private static final class Forgotten {
        final int port = ++lastPort;
        final Socket client;
        final Socket server;

        Forgotten() throws IOException {
            ServerSocket listener = path.listen(port, 1);
            client = path.connect(port);
            server = listener.accept();
            listener.close();
            send(client, 100);
            read(server, 100);
            send(server, 100);
            read(client, 100);
        }

        /** As when it is switched off: nothing of its end is heard. */
        void serverGoesWithoutAWord() throws Exception {
            CountDownLatch lost = new CountDownLatch(1);
            path.rule(
                    port,
                    (fromClient, packet) -> {
                        lost.countDown();
                        return false;
                    });
            server.setSoLinger(true, 0);
            server.close();
            assertThat(lost.await(PATIENCE_NS, TimeUnit.NANOSECONDS)).isTrue();
            path.rule(port, null);
        }
    }

    @Test
    void theSenderGivesUpWhenNobodyAnswers() throws IOException {
        open();
        exchange();
        path.rule(port, KernelPath.CUT);
        send(client, 100);

        told(
                () -> path.atClient(port),
                story -> {
                    assertThat(story.ending()).as(story.history()).isEqualTo(Ending.GAVE_UP);
                    because(story, Cause.GAVE_UP);
                });
    }

    @Test
    void keepAliveGivesUpWhenNobodyAnswers() throws IOException {
        open();
        exchange();
        client.setKeepAlive(true);
        path.rule(port, KernelPath.CUT);
        client.setSoTimeout((int) (PATIENCE_NS / 1_000_000));
        try {
            client.getInputStream().read();
        } catch (SocketTimeoutException e) {
            throw e;
        } catch (IOException e) {
            assertThat(e).hasMessageContaining("timed out");
        }

        told(() -> path.atClient(port), reset(CLIENT, Cause.GAVE_UP));
    }

    @Test
    void thePairIsUsedAgainInTimeWait() throws Exception {
        open();
        exchange();
        int from = client.getLocalPort();
        server.close();
        clientReadsToTheEnd();
        client.close();
        beSilentFor(1_100);
        Socket again =
                path.client.call(
                        () -> {
                            Socket opened = new Socket();
                            opened.setReuseAddress(true);
                            opened.bind(new InetSocketAddress(from));
                            opened.connect(new InetSocketAddress(KernelPath.serverAddress(), port));
                            return opened;
                        });

        bothTell(
                story -> {
                    assertThat(story.ending()).isEqualTo(Ending.ORDERLY);
                    assertThat(story.closedFirst()).isEqualTo(SERVER);
                    assertThat(story.timeWait())
                            .contains("the other end holds TIME_WAIT")
                            .contains("was used again after 1.")
                            .endsWith("its SYN was accepted");
                });
        again.close();
    }
}
