package io.finwait.sim.tcp.matrix;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.sim.Requirement;
import io.finwait.tcp.CloseReason;
import io.finwait.tcp.Connection;
import io.finwait.tcp.State;
import io.finwait.wire.Checksum;
import io.finwait.wire.IpAddress;
import io.finwait.wire.Ipv4;
import io.finwait.wire.Protocol;
import io.finwait.wire.TcpHeader;

import org.junit.jupiter.api.Test;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;

/**
 * Somebody off the path, who sends in another's name and sees only what comes back to himself, as
 * in CVE-2016-5696: does he learn whether the other has a connection?
 */
class ResetObserverTest {

    private static final long SEED = 5961;
    private static final int TRIALS = 400;
    private static final String ATTACKER = "10.6.6.6";
    private static final String VICTIM = "10.0.0.2";

    private final Random random = new Random(SEED);

    /** A segment from anywhere to a port of the endpoint. */
    private static void stray(Bench bench, String from, int port, int flags, int seq, int ack) {
        IpAddress source = IpAddress.parse(from);
        ByteBuffer b = ByteBuffer.allocate(Ipv4.HEADER_LENGTH + TcpHeader.LENGTH);
        int to = (int) bench.local.low();
        Ipv4.write(b, 0, b.capacity(), 0, 0, 64, Protocol.TCP, (int) source.low(), to);
        TcpHeader.write(b, 20, port, Bench.LOCAL_PORT, seq, ack, TcpHeader.LENGTH, flags, 1000);
        long sum =
                Checksum.pseudoHeader(
                        source.high(),
                        source.low(),
                        bench.local.high(),
                        bench.local.low(),
                        Protocol.TCP,
                        TcpHeader.LENGTH);
        int whole = Checksum.finish(Checksum.add(b, 20, TcpHeader.LENGTH, sum));
        TcpHeader.checksum(b, 20, whole);
        bench.wire.arrives(b);
    }

    /** What comes back to the attacker, who guesses the port of the victim right or wrong. */
    private static int seenBy(Bench bench, boolean right) {
        bench.pass(Bench.SECOND);
        bench.wire.takeSent();
        // Far outside the window of a connection it is challenged; where there is none, reset.
        int port = right ? Bench.PEER_PORT : Bench.PEER_PORT + 1;
        stray(bench, VICTIM, port, TcpHeader.ACK, 77, 78);
        for (int i = 0; i < bench.endpoint.config().resetsPerSecond() + 50; i++) {
            stray(bench, ATTACKER, 6666, TcpHeader.ACK, 1, 1);
        }
        int seen = 0;
        while (bench.endpoint.doWork(bench.nowNs()) > 0) {
            for (ByteBuffer each : bench.wire.takeSent()) {
                int to = each.getInt(16);
                seen += to == (int) IpAddress.parse(ATTACKER).low() ? 1 : 0;
            }
        }
        return seen;
    }

    /**
     * He takes the number of resets that best tells right guesses from wrong ones. With a bucket
     * for all it told them apart every time; now it is right about as often as a coin.
     */
    @Test
    @Requirement("F21")
    void anObserverLearnsNothingOfTheConnectionsOfOthers() {
        Bench bench = new Bench(c -> c.resetsPerSecond(200));
        bench.listen();
        bench.inject("S rn");
        bench.inject(". rn ack nxt");
        assertThat(bench.accept()).isTrue();
        int[] right = new int[300];
        int[] wrong = new int[300];
        for (int i = 0; i < TRIALS; i++) {
            boolean guess = random.nextBoolean();
            (guess ? right : wrong)[seenBy(bench, guess)]++;
        }
        double best = 0;
        int rightBelow = 0;
        int wrongBelow = 0;
        int allWrong = Arrays.stream(wrong).sum();
        for (int i = 0; i < right.length; i++) {
            rightBelow += right[i];
            wrongBelow += wrong[i];
            int told = TRIALS - allWrong - rightBelow + wrongBelow;
            best = Math.max(best, Math.abs(2.0 * told / TRIALS - 1));
        }
        // The 1 % quantile of Kolmogorov and Smirnov for two samples of 200.
        assertThat(best).as("advantage over a coin, seed %d", SEED).isLessThan(0.163);
        assertThat(bench.handle.state()).isEqualTo(State.ESTABLISHED);
    }

    /** Before, 1,001 stray ACKs a second silenced every reset. */
    @Test
    @Requirement("C25")
    void whatOneSourceSpendsAnotherStillHas() {
        Bench bench = new Bench(c -> c.resetsPerSecond(200));
        for (int i = 0; i < 300; i++) {
            stray(bench, ATTACKER, 6666, TcpHeader.ACK, 1, 1);
        }
        bench.work();
        bench.takeSent();
        for (int host = 1; host < 100; host++) {
            stray(bench, "10.1.0." + host, 6666, TcpHeader.ACK, 1, 1);
        }
        bench.work();
        assertThat(bench.takeSent()).as("resets to the others").hasSize(99);
    }

    /** Nor can he silence the reset that ends the victim's connection or frees our own (T-19). */
    @Test
    @Requirement("F22")
    void strangersDoNotSilenceTheResetsOfConnections() {
        Bench bench = new Bench(c -> c.resetsPerSecond(200));
        for (int i = 0; i < 300; i++) {
            stray(bench, VICTIM, 6666, TcpHeader.ACK, 1, 1);
        }
        bench.work();
        bench.takeSent();
        bench.connect();
        assertThat(bench.takeSent()).hasSize(1);
        bench.inject(". rn ack nxt+1000");
        assertThat(bench.takeSent()).singleElement().matches(each -> each.has(TcpHeader.RST));
        bench.inject("S. rn ack nxt");
        bench.takeSent();
        Connection connection = bench.handle;
        connection.close();
        bench.work();
        bench.takeSent();
        bench.inject(". rn(5) ack nxt");
        assertThat(bench.takeSent()).singleElement().matches(each -> each.has(TcpHeader.RST));
        assertThat(connection.closeReason()).isInstanceOf(CloseReason.Aborted.class);
    }
}
