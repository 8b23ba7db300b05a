package io.finwait.sim.tcp.matrix;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.sim.Requirement;
import io.finwait.tcp.CloseReason;
import io.finwait.tcp.Connection;
import io.finwait.tcp.Counters.Counter;
import io.finwait.tcp.Listener;
import io.finwait.wire.Checksum;
import io.finwait.wire.IpView;
import io.finwait.wire.Segment;
import io.finwait.wire.TcpHeader;
import io.finwait.wire.Verdict;

import org.junit.jupiter.api.Test;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Resets of connections that use timestamps (RFC 7323): two endpoints, packets handed over one by
 * one.
 */
class ResetsWithTimestampsTest {

    private final TwoEnds ends = new TwoEnds(UnaryOperator.identity());
    private final Connection fromA;
    private final Connection atB;

    ResetsWithTimestampsTest() {
        Listener listener = ends.b.listen(80, 1);
        fromA = ends.a.connect(TwoEnds.ADDRESS_B, 80);
        ends.handOverAll();
        atB = listener.accept();
        assertThat(atB).isNotNull();
    }

    private static Segment read(ByteBuffer packet) {
        Segment segment = TwoEnds.read(packet);
        assertThat(segment.options().hasTimestamps()).isTrue();
        return segment;
    }

    private ByteBuffer resetOfA() {
        ends.pass(Bench.SECOND);
        fromA.abort();
        ends.pass(0);
        List<ByteBuffer> sent = ends.wireA.takeSent();
        assertThat(sent).hasSize(1);
        return sent.get(0);
    }

    @Test
    @Requirement("C17")
    void aResetCarriesTheTimeAndEchoesThePeers() {
        Segment reset = read(resetOfA());
        assertThat(reset.hasRst()).isTrue();
        assertThat(reset.options().timestampEcho()).isEqualTo(timestampOf(ends.lastSentByB()));
    }

    @Test
    @Requirement({"C18", "T-25"})
    void aResetWithAnOldTimestampResetsAllTheSame() {
        ByteBuffer packet = resetOfA();
        makeOld(packet);
        ends.wireB.arrives(packet);
        ends.pass(0);
        assertThat(atB.closeReason()).isInstanceOf(CloseReason.ResetByPeer.class);
        assertThat(ends.b.counters().get(Counter.PAWS_DROPS)).isZero();
    }

    @Test
    @Requirement("C18")
    void aResetThatMissesDoesNotChangeWhatIsEchoed() {
        ByteBuffer packet = resetOfA();
        Segment reset = read(packet);
        int recent = reset.options().timestampValue();
        TcpHeader.sequence(packet, 20, reset.seq() + 1);
        mend(packet);
        ends.wireB.arrives(packet);
        ends.pass(0);
        Segment challenge = read(ends.wireB.takeSent().get(0));
        assertThat(atB.closeReason()).as("it was challenged").isNull();
        assertThat(challenge.options().timestampEcho()).isNotEqualTo(recent);
    }

    private static int timestampOf(ByteBuffer packet) {
        return read(packet).options().timestampValue();
    }

    /** Sets the timestamp an hour back. */
    private static void makeOld(ByteBuffer packet) {
        Segment segment = read(packet);
        int value = segment.options().timestampValue();
        for (int at = 40; at + 4 <= packet.capacity(); at++) {
            if (packet.getInt(at) == value) {
                packet.putInt(at, value - 3_600_000);
                mend(packet);
                assertThat(read(packet).options().timestampValue()).isEqualTo(value - 3_600_000);
                return;
            }
        }
        throw new AssertionError("no timestamp in the packet");
    }

    private static void mend(ByteBuffer packet) {
        IpView ip = new IpView();
        assertThat(ip.parse(packet, 0, packet.capacity())).isEqualTo(Verdict.OK);
        TcpHeader.checksum(packet, 20, 0);
        long sum = Checksum.add(packet, 20, ip.payloadLength(), ip.pseudoHeaderSum());
        TcpHeader.checksum(packet, 20, Checksum.finish(sum));
    }
}
