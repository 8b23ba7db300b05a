package io.finwait.tcp.internal.endpoint;

import static io.finwait.tcp.internal.endpoint.Bench.ACK;
import static io.finwait.tcp.internal.endpoint.Bench.SYN;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.tcp.Counters.Counter;
import io.finwait.tcp.Listener;
import io.finwait.tcp.internal.buffer.BlockPool;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Very many connections in a small heap, each with sixteen segments of one octet behind gaps. For a
 * hundred thousand of them in 256 MB: {@code -Dfinwait.gaps.connections=100000}.
 */
@Timeout(600)
class ManyGapsTest {

    private static final int CONNECTIONS = Integer.getInteger("finwait.gaps.connections", 10_000);
    private static final int SEGMENTS = 16;

    /** What comes between two looks for what can be dropped, a tenth of a second apart. */
    private static final int BEYOND = 2 << 20;

    private static final int APART = 4_000;
    private static final int PORTS = 50_000;
    private static final int FIRST_PORT = 1_024;

    /** A tenth of 256 MB for a tenth of the connections, and what the JVM needs for itself. */
    private static final int HEAP_MB = 16 + CONNECTIONS * 240 / 100_000;

    @Test
    void f23_theyNeverEndInAnOutOfMemoryError() throws Exception {
        Process process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Xmx" + HEAP_MB + "m",
                                "-XX:+UseSerialGC",
                                "-XX:+ExitOnOutOfMemoryError",
                                "-cp",
                                System.getProperty("java.class.path"),
                                Program.class.getName(),
                                Integer.toString(CONNECTIONS))
                        .redirectErrorStream(true)
                        .start();
        byte[] said = process.getInputStream().readAllBytes();
        String words = new String(said, StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(words).isZero();
        assertThat(words).contains("within the budget");
        System.out.print(words);
    }

    /** What runs in the small heap, with the limits that follow from it. */
    static final class Program {

        private final Bench bench = new Bench();
        private final BlockPool pool = bench.endpoint.pool();
        private long most;

        public static void main(String[] args) {
            new Program().run(Integer.parseInt(args[0]));
        }

        private void run(int connections) {
            int listeners = connections / PORTS + 1;
            Listener[] accepting = new Listener[listeners];
            for (int i = 0; i < listeners; i++) {
                accepting[i] = bench.endpoint.listen(Bench.PORT + i, 16);
            }
            int opened = 0;
            for (int i = 0; i < connections; i++) {
                Bench.Peer peer = bench.new Peer(FIRST_PORT + i % PORTS, false);
                peer.hostPort = Bench.PORT + i / PORTS;
                opened += open(peer, accepting[i / PORTS]) ? 1 : 0;
            }
            long budget = bench.endpoint.config().limits().memoryOctets();
            System.out.printf(
                    "%,d of %,d connections in %d MB, %,d SYNs and ACKs dropped, %,d segments"
                            + " dropped, at most %,d of %,d octets%n",
                    opened,
                    connections,
                    Runtime.getRuntime().maxMemory() >> 20,
                    bench.endpoint.counters().get(Counter.LISTEN_OVERFLOWS),
                    bench.endpoint.counters().get(Counter.TEXT_DROPPED_FOR_MEMORY),
                    most,
                    budget);
            boolean good = bench.endpoint.counters().get(Counter.FAILURES_CONTAINED) == 0;
            if (good && opened > connections / 10 && most <= budget + BEYOND) {
                System.out.println("within the budget");
            }
        }

        private boolean open(Bench.Peer peer, Listener accepting) {
            peer.segment(SYN, peer.seq, 0, 0);
            bench.work();
            Bench.Sent answer = bench.sent.isEmpty() ? null : bench.sent.get(0);
            bench.sent.clear();
            if (answer == null) {
                return false;
            }
            peer.seq++;
            peer.ack = answer.seq() + 1;
            peer.segment(ACK, peer.seq, peer.ack, 0);
            for (int k = 1; k <= SEGMENTS; k++) {
                peer.segment(ACK, peer.seq + k * APART, peer.ack, 1);
            }
            bench.now += 1_000_000;
            bench.work();
            bench.sent.clear();
            most = Math.max(most, pool.octetsInUse() + pool.octetsFree() + pool.octetsElsewhere());
            return accepting.accept() != null;
        }
    }
}
