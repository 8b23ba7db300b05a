package io.finwait.examples.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.finwait.Finwait;
import io.finwait.raw.NetworkNamespace;
import io.finwait.raw.TunOptions;
import io.finwait.raw.TunTransport;
import io.finwait.spi.Transport;
import io.finwait.tcp.Counters;
import io.finwait.tcp.Counters.Counter;
import io.finwait.tcp.Endpoint;
import io.finwait.tcp.EndpointConfig;
import io.finwait.wire.IpAddress;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A file server on a TUN device, curl on the kernel's TCP before it, and 20,000 SYNs a second from
 * addresses that never answer. They come out of a second device, and the kernel forwards them.
 */
@Timeout(300)
class FloodOverTunTest {

    private static final String TEXT = "What it serves in the flood\n";
    private static final IpAddress SERVER = IpAddress.parse("10.82.0.2");
    private static final IpAddress STRANGERS = IpAddress.parse("10.83.0.0");
    private static final int PORT = 80;
    private static final int SYNS_PER_SECOND = 20_000;
    private static final long LONGEST_WAIT_NS = 1_000_000;
    private static final long LONG_NS = 60_000_000_000L;

    private static final Executor ONE_THREAD_EACH = Thread.ofPlatform().daemon()::start;

    @TempDir private Path folder;
    private final AtomicBoolean stopped = new AtomicBoolean();
    private NetworkNamespace kernel;
    private Transport carrier;
    private Transport outside;
    private final CompletableFuture<Counters> counters = new CompletableFuture<>();
    private SynFlood flood;

    @BeforeEach
    void kernelIsThere() throws Exception {
        assumeTrue(System.getProperty("os.name").equals("Linux"), "needs Linux: skipped");
        assumeTrue("root".equals(System.getProperty("user.name")), "needs root: skipped");
        assumeTrue(Files.exists(Path.of("/dev/net/tun")), "no /dev/net/tun: skipped");
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/curl")), "curl (package curl) is not here");
        Files.writeString(folder.resolve("file"), TEXT);
        kernel = NetworkNamespace.createOwn("fwflood");
        kernel.exec("sysctl", "-qw", "net.ipv4.ip_forward=1");
        TunOptions device = TunOptions.named("fld0").netns(kernel.name());
        carrier = TunTransport.open(device.address("10.82.0.1/24"));
        device = TunOptions.named("fld1").netns(kernel.name());
        outside = TunTransport.open(device.address("10.83.0.1/16"));
        flood = new SynFlood(outside, STRANGERS, SERVER, PORT, SYNS_PER_SECOND, 18);
    }

    @AfterEach
    void close() {
        if (kernel != null) {
            carrier.close();
            outside.close();
            kernel.close();
        }
    }

    @Test
    void curlIsServedTenTimesOfTen() throws Exception {
        everyCurlIsServed(10);
    }

    @Test
    @Tag("thorough")
    void curlIsServedAHundredTimesOfAHundred() throws Exception {
        everyCurlIsServed(100);
    }

    private void everyCurlIsServed(int times) throws Exception {
        CompletableFuture<Void> serving = CompletableFuture.runAsync(this::serve, ONE_THREAD_EACH);
        CompletableFuture<Void> flooding = CompletableFuture.runAsync(flood, ONE_THREAD_EACH);
        try {
            awaitFirstCookie();
            long sentBefore = flood.sent();
            long begunNs = System.nanoTime();
            assertThat(fetch(times)).hasSize(times).allMatch(line -> line.equals(TEXT.strip()));
            double seconds = (System.nanoTime() - begunNs) * 1e-9;
            System.out.printf(
                    "%d of %d served in %.1f s under %,.0f SYNs a second, %,d cookies sent%n",
                    times,
                    times,
                    seconds,
                    (flood.sent() - sentBefore) / seconds,
                    count(Counter.SYN_COOKIES_SENT));
        } finally {
            stopped.set(true);
            flood.stop();
            carrier.wakeup();
        }
        flooding.join();
        serving.join();
        assertThat(count(Counter.SYN_COOKIES_RECEIVED)).isPositive();
        assertThat(flood.answeredOctets()).isPositive().isLessThanOrEqualTo(flood.sentOctets());
    }

    /** Runs on a thread of its own, which owns the endpoint. */
    private void serve() {
        EndpointConfig config = EndpointConfig.builder().address(SERVER).build();
        Duration deadline = Duration.ofSeconds(10);
        try (Endpoint endpoint = Finwait.open(config, carrier)) {
            FileServer server =
                    new FileServer(endpoint, PORT, folder, FileServer.Closer.US, deadline);
            counters.complete(endpoint.counters());
            while (!stopped.get()) {
                long nowNs = System.nanoTime();
                int work = endpoint.doWork(nowNs);
                server.onTime(nowNs);
                if (work == 0 && !stopped.get()) {
                    carrier.await(LONGEST_WAIT_NS);
                }
            }
        } catch (IOException | RuntimeException e) {
            counters.completeExceptionally(e);
        }
    }

    private long count(Counter which) {
        return counters.join().get(which);
    }

    /** From then on the queue of handshakes is full. */
    private void awaitFirstCookie() {
        long begunNs = System.nanoTime();
        while (count(Counter.SYN_COOKIES_SENT) == 0) {
            long waitedNs = System.nanoTime() - begunNs;
            assertThat(waitedNs).as("%d SYNs and no cookie", flood.sent()).isLessThan(LONG_NS);
            Thread.onSpinWait();
        }
    }

    /** What one curl after another gets, a line for each. */
    private List<String> fetch(int times) throws Exception {
        String url = "http://" + SERVER + ":" + PORT + "/file";
        String all = "for i in $(seq " + times + "); do curl -sS --max-time 60 " + url + "; done";
        Process curls = kernel.start("sh", "-c", all);
        byte[] out = curls.getInputStream().readAllBytes();
        return new String(out, StandardCharsets.UTF_8).lines().toList();
    }
}
