package io.finwait.tcp.internal.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.tcp.CloseReason;
import io.finwait.tcp.CloseReason.AbortCause;
import io.finwait.tcp.CloseReason.ClosedFirst;
import io.finwait.tcp.CloseReason.Step;
import io.finwait.tcp.CloseReason.TimeoutCause;
import io.finwait.tcp.State;
import io.finwait.tcp.internal.tcb.EndKind;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** How a connection ended, as it is kept. */
class CloseRecordTest {

    private static final State[] WAY = State.values();

    private final CloseRecord record = new CloseRecord();

    private CloseReason ended(EndKind kind, int cause) {
        record.ended(kind, cause);
        return record.reason();
    }

    /** A simultaneous open and close has seven states; twelve are kept. */
    @Test
    void elevenStatesAndMoreAreKeptInOrder() {
        for (int i = 0; i < 14; i++) {
            assertThat(record.entered(WAY[i % WAY.length], 100 + i, true)).isFalse();
        }
        CloseReason reason = ended(EndKind.RESET_BY_PEER, 0);
        assertThat(reason.ending().path()).hasSize(12);
        for (int i = 0; i < 12; i++) {
            assertThat(reason.ending().path().get(i))
                    .isEqualTo(new Step(WAY[i % WAY.length], 100 + i));
        }
    }

    @Test
    void anotherConnectionBeginsItsWayAnew() {
        for (int i = 0; i < 12; i++) {
            record.entered(State.TIME_WAIT, i, true);
        }
        record.closed(ClosedFirst.LOCAL);
        record.left(1, 2, 3, "unreachable");
        ended(EndKind.ORDERLY, 0);
        record.begin();
        assertThat(record.hasEnded()).isFalse();
        assertThat(record.isClosedByOne()).isFalse();
        assertThat(record.reason()).isNull();
        record.entered(State.SYN_SENT, 50, true);
        CloseReason reason = ended(EndKind.TIMED_OUT, TimeoutCause.RETRANSMISSION.ordinal());
        assertThat(reason.ending().path()).containsExactly(new Step(State.SYN_SENT, 50));
        assertThat(reason.ending().unsent()).isZero();
        assertThat(reason.ending().unacknowledged()).isZero();
        assertThat(reason.ending().unread()).isZero();
        assertThat(record.message()).isEqualTo("Connection timed out");
    }

    /** A user's call between two cycles: the next one gives the time, once. */
    @Test
    void stepsBetweenTwoCyclesGetTheTimeOfTheNext() {
        assertThat(record.entered(State.SYN_SENT, 10, true)).isFalse();
        assertThat(record.entered(State.ESTABLISHED, 10, false)).isTrue();
        assertThat(record.entered(State.FIN_WAIT_1, 10, false)).as("is noted already").isFalse();
        record.date(77);
        assertThat(record.entered(State.FIN_WAIT_2, 80, true)).isFalse();
        assertThat(record.entered(State.CLOSED, 80, false)).as("waits anew").isTrue();
        record.date(99);
        assertThat(ended(EndKind.ABORTED, 0).ending().path())
                .containsExactly(
                        new Step(State.SYN_SENT, 10),
                        new Step(State.ESTABLISHED, 77),
                        new Step(State.FIN_WAIT_1, 77),
                        new Step(State.FIN_WAIT_2, 80),
                        new Step(State.CLOSED, 99));
    }

    /** A released handle serves another connection before the cycle that dates the first. */
    @Test
    void theNextConnectionsFirstStepsAreDatedToo() {
        record.entered(State.SYN_SENT, 10, true);
        record.entered(State.CLOSED, 10, false);
        record.begin();
        assertThat(record.entered(State.SYN_SENT, 10, false)).as("is noted already").isFalse();
        record.date(77);
        assertThat(ended(EndKind.CLOSED_EARLY, 0).ending().path())
                .containsExactly(new Step(State.SYN_SENT, 77));
    }

    @Test
    void whoClosedFirstIsToldOnceUnlessBothDid() {
        record.closed(ClosedFirst.LOCAL);
        record.closed(ClosedFirst.REMOTE);
        assertThat(ended(EndKind.ORDERLY, 0))
                .isEqualTo(new CloseReason.Orderly(ClosedFirst.LOCAL, record.reason().ending()));
        record.closed(ClosedFirst.BOTH);
        assertThat(record.reason().message()).isEqualTo("Closed in order, by both ends at once");
    }

    /** A CLOSE that waited for the handshake came behind the peer's FIN, whatever was called. */
    @Test
    void whoEndedItClosedFirstWhereNobodyElseDid() {
        record.endedBy(false);
        assertThat(ended(EndKind.ORDERLY, 0).message())
                .isEqualTo("Closed in order, by the peer first");
        record.begin();
        record.closed(ClosedFirst.LOCAL);
        record.endedBy(false);
        assertThat(ended(EndKind.ORDERLY, 0).message())
                .isEqualTo("Closed in order, by this end first");
        record.endedBy(true);
        assertThat(record.reason().message()).isEqualTo("Closed in order, by the peer first");
    }

    @ParameterizedTest
    @EnumSource(EndKind.class)
    void everyKindHasItsReason(EndKind kind) {
        record.closed(ClosedFirst.LOCAL);
        record.left(1, 2, 3, null);
        record.ended(kind, 1);
        Class<?> expected =
                switch (kind) {
                    case NOT_ENDED -> null;
                    case ORDERLY -> CloseReason.Orderly.class;
                    case RESET_BY_PEER -> CloseReason.ResetByPeer.class;
                    case REFUSED -> CloseReason.Refused.class;
                    case ABORTED -> CloseReason.Aborted.class;
                    case TIMED_OUT -> CloseReason.TimedOut.class;
                    case CLOSED_EARLY -> CloseReason.ClosedBeforeEstablished.class;
                };
        assertThat(record.hasEnded()).isEqualTo(expected != null);
        assertThat(record.endedBadly())
                .isEqualTo(kind != EndKind.NOT_ENDED && kind != EndKind.ORDERLY);
        if (expected == null) {
            assertThat(record.reason()).isNull();
            return;
        }
        CloseReason reason = record.reason();
        assertThat(reason).isInstanceOf(expected);
        assertThat(reason.ending().unsent()).isEqualTo(1);
        assertThat(record.unsent()).isEqualTo(1);
        assertThat(reason.ending().unacknowledged()).isEqualTo(2);
        assertThat(reason.ending().unread()).isEqualTo(3);
        if (kind == EndKind.ABORTED) {
            assertThat(((CloseReason.Aborted) reason).cause()).isEqualTo(AbortCause.values()[1]);
        } else if (kind == EndKind.TIMED_OUT) {
            assertThat(((CloseReason.TimedOut) reason).cause()).isEqualTo(TimeoutCause.values()[1]);
        }
    }

    /** What an exception says: the words of the socket errors that people know. */
    @Test
    void theMessageOfAnError() {
        record.ended(EndKind.TIMED_OUT, TimeoutCause.KEEPALIVE.ordinal());
        assertThat(record.message()).isEqualTo("Connection timed out");
        record.left(0, 0, 0, "No route to host");
        assertThat(record.message()).isEqualTo("No route to host");
        record.ended(EndKind.ABORTED, AbortCause.USER.ordinal());
        assertThat(record.message()).isEqualTo("Connection reset");
        record.ended(EndKind.ABORTED, AbortCause.ENDPOINT_CLOSED.ordinal());
        assertThat(record.message()).isEqualTo(record.reason().message());
        record.ended(EndKind.RESET_BY_PEER, 0);
        assertThat(record.message()).isEqualTo("Connection reset by peer");
        record.ended(EndKind.REFUSED, 0);
        assertThat(record.message()).isEqualTo("Connection refused");
    }
}
