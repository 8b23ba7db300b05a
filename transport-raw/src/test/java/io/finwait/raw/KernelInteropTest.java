package io.finwait.raw;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.finwait.Finwait;
import io.finwait.tcp.CloseReason;
import io.finwait.tcp.Connection;
import io.finwait.tcp.ConnectionObserver;
import io.finwait.tcp.Endpoint;
import io.finwait.tcp.EndpointConfig;
import io.finwait.tcp.Listener;
import io.finwait.timewait.TimeWaitView;
import io.finwait.wire.IpAddress;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;

/** Our TCP with the Linux kernel's at the other end of a TUN device. */
@Timeout(120)
class KernelInteropTest {

    private static final int FETCHES = 1_000;
    private static final String OURS = "10.77.0.2";
    private static final String BODY = "Hello from Finwait\n";

    private NetworkNamespace kernel;
    private TunTransport tun;
    private Endpoint endpoint;
    private Thread driver;
    private final AtomicBoolean running = new AtomicBoolean(true);
    private final Map<String, Integer> endings = new TreeMap<>();

    @BeforeEach
    void open() {
        assumeTrue(Lab.runs("curl", "-V"), "curl (package curl) is not here: skipped");
        kernel = Lab.namespace();
        tun =
                TunTransport.open(
                        TunOptions.named("fwk0").address("10.77.0.1/24").netns(kernel.name()));
        endpoint = Finwait.open(EndpointConfig.at(OURS).build(), tun);
        kernel.exec("ip", "link", "set", "lo", "up");
    }

    @AfterEach
    void close() throws InterruptedException {
        running.set(false);
        if (tun != null) {
            tun.wakeup();
            if (driver != null) {
                driver.join();
            }
            tun.close();
        }
        if (kernel != null) {
            kernel.close();
        }
    }

    private void drive() {
        endpoint.handOver();
        driver =
                Thread.ofPlatform()
                        .start(
                                () -> {
                                    while (running.get()) {
                                        long now = System.nanoTime();
                                        if (endpoint.doWork(now) == 0) {
                                            tun.await(
                                                    Math.min(
                                                            endpoint.nextDeadlineNs() - now,
                                                            1_000_000_000L));
                                        }
                                    }
                                });
    }

    @Test
    void weAnswerTheKernelsPing() {
        assumeTrue(Lab.runs("ping", "-V"), "ping (package iputils-ping) is not here: skipped");
        drive();
        // Without -w it waits two round trips for the last answer, however busy the machine is.
        assertThat(kernel.exec("ping", "-c", "3", "-i", "0.01", "-w", "10", OURS))
                .containsPattern(" ([3-9]|\\d\\d+) received");
    }

    @Test
    void aThousandFetchesWithFinFirstFromTheKernel() throws Exception {
        serve(false);
        fetchAll();
        assertNothingHangs();
        assertThat(endings).containsOnlyKeys("Closed in order, by the peer first");
        assertThat(endings.values()).containsExactly(FETCHES);
    }

    @Test
    void aThousandFetchesWithFinFirstFromUs() throws Exception {
        serve(true);
        fetchAll();
        assertNothingHangs();
        assertThat(endings).containsOnlyKeys("Closed in order, by this end first");
        assertThat(endings.values()).containsExactly(FETCHES);
        TimeWaitView timeWait = endpoint.timeWait();
        assertThat(timeWait.counters().entered()).as("our end held TIME-WAIT").isEqualTo(FETCHES);
        // The kernel has none, and may use a port again; network namespaces share how it goes on.
        assertThat(timeWait.size() + timeWait.counters().reopened())
                .as("our end holds TIME-WAIT, but for the pairs that a new SYN has reopened")
                .isEqualTo(FETCHES);
    }

    private void serve(boolean closeFirst) {
        Listener listener = endpoint.listen(80, 128);
        listener.onAcceptable(
                () -> {
                    Connection next;
                    while ((next = listener.accept()) != null) {
                        next.observer(new OneAnswer(closeFirst));
                    }
                });
        drive();
    }

    /** One connection for each fetch; curl closes as soon as it has the whole body. */
    private void fetchAll() {
        String out =
                kernel.exec(
                        "sh",
                        "-c",
                        "i=0; while [ $i -lt "
                                + FETCHES
                                + " ]; do echo 'url = http://"
                                + OURS
                                + "/'; i=$((i+1)); done | curl -sS"
                                + " --max-time 60 -K -");
        assertThat(out).isEqualTo(BODY.repeat(FETCHES));
    }

    private void assertNothingHangs() throws InterruptedException {
        AtomicBoolean quiet = new AtomicBoolean();
        for (int i = 0; i < 100 && !quiet.get(); i++) {
            Object done = new Object();
            synchronized (done) {
                endpoint.execute(
                        () -> {
                            quiet.set(endpoint.connectionCount() == 0);
                            synchronized (done) {
                                done.notifyAll();
                            }
                        });
                done.wait(50);
            }
        }
        String left =
                kernel.exec("ss", "-Htan", "state", "close-wait", "state", "last-ack")
                        + kernel.exec("ss", "-Htan", "state", "fin-wait-1", "state", "fin-wait-2");
        assertThat(left.strip()).as("what the kernel still holds").isEmpty();
        assertThat(quiet).as("we hold nothing but TIME-WAIT").isTrue();
        running.set(false);
        tun.wakeup();
        driver.join();
        endpoint.handOver();
    }

    /** Answers one request and closes, before or after the peer. */
    private final class OneAnswer implements ConnectionObserver {

        private final boolean closeFirst;
        private final ByteBuffer request = ByteBuffer.allocate(4096);
        private boolean answered;

        OneAnswer(boolean closeFirst) {
            this.closeFirst = closeFirst;
        }

        @Override
        public void onReadable(Connection connection) {
            try {
                int read = connection.receive(request);
                String text =
                        StandardCharsets.US_ASCII.decode(request.duplicate().flip()).toString();
                if (!answered && text.endsWith("\r\n\r\n")) {
                    answered = true;
                    String head =
                            "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: "
                                    + BODY.length()
                                    + "\r\n\r\n";
                    connection.send(
                            ByteBuffer.wrap((head + BODY).getBytes(StandardCharsets.US_ASCII)));
                    if (closeFirst) {
                        connection.shutdownOutput();
                    }
                }
                if (read < 0) {
                    connection.close();
                }
            } catch (IOException e) {
                connection.abort();
            }
        }

        @Override
        public void onEnded(Connection connection) {
            CloseReason reason = connection.closeReason();
            endings.merge(reason.message(), 1, Integer::sum);
        }
    }

    @Test
    void ourConnectionToAClosedPortIsRefused() {
        Connection connection = endpoint.connect(IpAddress.parse("10.77.0.1"), 9);
        while (!connection.hasEnded()) {
            endpoint.doWork(System.nanoTime());
            tun.await(100_000_000L);
        }
        assertThat(connection.closeReason()).isInstanceOf(CloseReason.Refused.class);
    }
}
