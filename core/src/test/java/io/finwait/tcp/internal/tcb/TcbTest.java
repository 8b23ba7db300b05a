package io.finwait.tcp.internal.tcb;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.spi.SteadyControl;
import io.finwait.tcp.State;
import io.finwait.tcp.internal.buffer.BlockPool;
import io.finwait.tcp.internal.buffer.LentText;
import io.finwait.tcp.internal.buffer.ReceiveBuffer;
import io.finwait.tcp.internal.buffer.SendBuffer;
import io.finwait.wire.FourTuple;
import io.finwait.wire.IpAddress;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import java.nio.ByteBuffer;

/** What a TCB tells of itself, whatever a user's congestion control says. */
class TcbTest {

    /** Says what it is told to, and notes what it is told. */
    private static final class Told extends SteadyControl {

        private int window = 10;
        private int mss;
        private long beganNs;

        @Override
        public void begin(int newMss, long nowNs) {
            mss = newMss;
            beganNs = nowNs;
        }

        @Override
        public int window() {
            return window;
        }
    }

    private final Told congestion = new Told();
    private final BlockPool pool = new BlockPool(1L << 30);
    private final Tcb tcb = new Tcb(congestion);

    @ParameterizedTest
    @CsvSource({
        "-2147483648, 1",
        "-1, 1",
        "0, 1",
        "1, 1",
        "1073741823, 1073741823",
        "1073741824, 1073741824",
        "1073741825, 1073741824",
        "2147483647, 1073741824"
    })
    void aWindowIsOneOctetAtLeastAndAGibibyteAtMost(int said, int window) {
        congestion.window = said;
        assertThat(tcb.cwnd()).isEqualTo(window);
    }

    /** RFC 5681 §3.2, step 2: without what limited transmit has let out. */
    @ParameterizedTest
    @CsvSource({"500, 400, 1000, 500", "400, 500, 1000, 500", "700, 800, 600, 600"})
    void aFlightIsTheLargerOneOfThisBatchWithinTheWindow(
            int now, int whenSent, int window, int flight) {
        tcb.snd.reset(-200);
        tcb.snd.nxt = tcb.snd.una + now;
        tcb.snd.flightWhenSent = whenSent;
        congestion.window = window;
        assertThat(tcb.flightSize()).isEqualTo(flight);
    }

    @ParameterizedTest
    @CsvSource({"1460, 1400, 1400", "1400, 1460, 1400", "536, 536, 536"})
    void bothEndsAgreeOnWhatFitsThePathToo(int agreed, int fits, int mss) {
        tcb.snd.reset(77);
        tcb.loss.recover = 5;
        tcb.agreeOn(agreed, fits, 123);
        assertThat(tcb.snd.agreedMss).isEqualTo(agreed);
        assertThat(tcb.snd.mss).isEqualTo(mss);
        assertThat(tcb.rcv.peerSegment).isEqualTo(mss);
        assertThat(congestion.mss).isEqualTo(mss);
        assertThat(congestion.beganNs).isEqualTo(123);
        assertThat(tcb.loss.recover).isEqualTo(77);
    }

    @ParameterizedTest
    @EnumSource(State.class)
    void isOpeningUntilTheHandshakeIsOver(State state) {
        tcb.state = state;
        assertThat(tcb.isOpening())
                .isEqualTo(state == State.SYN_SENT || state == State.SYN_RECEIVED);
        assertThat(tcb.state()).isSameAs(state);
    }

    @Test
    void anAcceptableSegmentEndsAllDoubtOfThePeer() {
        tcb.challengesInVain = 1;
        tcb.probesUnanswered = 2;
        tcb.keepalivesUnanswered = 3;
        tcb.probes = 4;
        tcb.heard(99);
        assertThat(tcb.lastHeardNs).isEqualTo(99);
        assertThat(tcb.challengesInVain + tcb.probesUnanswered + tcb.keepalivesUnanswered).isZero();
        assertThat(tcb.probes).as("an ACK of text alone ends them").isEqualTo(4);
    }

    @Test
    void withoutBuffersThereIsNothing() {
        assertThat(tcb.unread()).isZero();
        assertThat(tcb.unacknowledged()).isZero();
    }

    @Test
    void tellsWhatIsUnreadAndUnacknowledged() {
        tcb.snd.buffer = new SendBuffer(pool);
        tcb.rcv.buffer = new ReceiveBuffer(pool, new LentText());
        tcb.snd.append(ByteBuffer.allocate(70), 60);
        tcb.rcv.buffer.write(0, ByteBuffer.allocate(20), 0, 20);
        tcb.rcv.buffer.advance(15);
        assertThat(tcb.unacknowledged()).isEqualTo(60);
        assertThat(tcb.unread()).isEqualTo(15);
        assertThat(tcb.isOrphan()).isFalse();
        tcb.orphan = true;
        assertThat(tcb.isOrphan()).isTrue();
        assertThat(tcb.snd()).isSameAs(tcb.snd);
        assertThat(tcb.rcv()).isSameAs(tcb.rcv);
        assertThat(tcb.timers()).isSameAs(tcb.timers);
    }

    /** Touching fields ahead of their use must not fail in any condition of a TCB. */
    @Test
    void isTouchedWithAndWithoutBuffers() {
        tcb.snd.buffer = new SendBuffer(pool);
        assertThat(tcb.touchParts(true)).isEqualTo(tcb.touchParts(true));
        tcb.rcv.buffer = new ReceiveBuffer(pool, new LentText());
        assertThat(tcb.touchParts(false)).isEqualTo(tcb.touchParts(false));
    }

    @Test
    void numbersAreToldAsTheyCountFromTheFirst() {
        IpAddress here = IpAddress.parse("10.0.0.1");
        tcb.set(FourTuple.of(here, 80, IpAddress.parse("10.0.0.2"), 4_000));
        tcb.state = State.ESTABLISHED;
        tcb.snd.reset(-5);
        tcb.snd.una = -5 + 11;
        tcb.snd.nxt = -5 + 31;
        tcb.snd.wnd = 1_000;
        tcb.rcv.reset(5_000);
        tcb.rcv.synchronize(-3);
        tcb.rcv.nxt += 6;
        tcb.rcv.edge = tcb.rcv.nxt + 900;
        assertThat(tcb)
                .hasToString(
                        tcb.sockets()
                                + " ESTABLISHED una=+11 nxt=+31 wnd=1000 rcv.nxt=+7 rcv.wnd=900");
        tcb.orphan = true;
        assertThat(tcb.toString()).contains(" ESTABLISHED (orphan) una=+11 ");
    }
}
