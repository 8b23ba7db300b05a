package io.finwait.tcp.internal.context;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.tcp.ConnectionInfo;
import io.finwait.tcp.Counters.Counter;
import io.finwait.tcp.EndpointObserver;
import io.finwait.tcp.Retransmission;
import io.finwait.tcp.State;
import io.finwait.tcp.Trigger;
import io.finwait.tcp.internal.buffer.BlockPool;
import io.finwait.tcp.internal.buffer.SendBuffer;
import io.finwait.tcp.internal.tcb.Clock;
import io.finwait.tcp.internal.tcb.Tcb;

import org.junit.jupiter.api.Test;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** What an endpoint's observer is told: pictures of the moment, in order, with their times. */
class ObservationsTest {

    private final EndpointCounters counters = new EndpointCounters();
    private final Clock clock = new Clock();
    private final List<String> told = new ArrayList<>();
    private boolean observerThrows;
    private final Observations observations =
            new Observations(new Noting(), clock, new Failures(counters, clock));
    private final Tcb tcb = new Tcb(null);

    private final class Noting implements EndpointObserver {

        @Override
        public void onTransition(
                ConnectionInfo connection, State from, Trigger trigger, State to, long nowNs) {
            note("%s %s %s at %d".formatted(from, trigger, to, nowNs), connection);
        }

        @Override
        public void onRetransmission(
                ConnectionInfo connection, Retransmission cause, int timeouts, long nowNs) {
            note("%s %d at %d".formatted(cause, timeouts, nowNs), connection);
        }

        private void note(String what, ConnectionInfo of) {
            told.add(
                    "%s, port %d, %s, %d unacknowledged, %d unread"
                            .formatted(
                                    what,
                                    of.localPort(),
                                    of.state(),
                                    of.unacknowledged(),
                                    of.unread()));
            if (observerThrows) {
                throw new IllegalStateException("planted");
            }
        }
    }

    private void tellAll() {
        while (!observations.isEmpty()) {
            observations.tellNext();
        }
    }

    @Test
    void aPictureIsOfItsMoment() {
        tcb.localPort = 80;
        tcb.snd.buffer = new SendBuffer(new BlockPool(1 << 20));
        tcb.snd.buffer.append(ByteBuffer.allocate(5), 5);
        clock.begin(100);
        observations.transition(tcb, State.SYN_SENT, Trigger.SYN_ACK, State.ESTABLISHED);
        tcb.state = State.ESTABLISHED;
        observations.retransmission(tcb, Retransmission.TIMEOUT, 3);
        clock.end();
        clock.begin(200);
        tcb.localPort = 81;
        tcb.snd.buffer.clear();
        tellAll();
        assertThat(told)
                .containsExactly(
                        "SYN_SENT SYN_ACK ESTABLISHED at 100, port 80, ESTABLISHED,"
                                + " 5 unacknowledged, 0 unread",
                        "TIMEOUT 3 at 100, port 80, ESTABLISHED, 5 unacknowledged, 0 unread");
    }

    /** A user's call between two cycles has the time of the next one. */
    @Test
    void whatHappenedBetweenTwoCyclesHasTheTimeOfTheNext() {
        clock.begin(100);
        clock.end();
        observations.transition(tcb, State.ESTABLISHED, Trigger.ABORT, State.CLOSED);
        clock.begin(300);
        tellAll();
        assertThat(told).hasSize(1);
        assertThat(told.get(0)).startsWith("ESTABLISHED ABORT CLOSED at 300");
    }

    /** Pictures are used again: a transition after a retransmission is one. */
    @Test
    void aPictureThatIsUsedAgainTellsNothingOfTheFirst() {
        clock.begin(1);
        observations.retransmission(tcb, Retransmission.TIMEOUT, 1);
        tellAll();
        observations.transition(tcb, State.ESTABLISHED, Trigger.FIN, State.CLOSE_WAIT);
        tellAll();
        observations.retransmission(tcb, Retransmission.TIMEOUT, 2);
        tellAll();
        assertThat(told).hasSize(3);
        assertThat(told.get(1)).startsWith("ESTABLISHED FIN CLOSE_WAIT");
        assertThat(told.get(2)).startsWith("TIMEOUT 2");
    }

    @Test
    void anObserverThatThrowsIsToldTheRest() {
        observerThrows = true;
        clock.begin(1);
        observations.retransmission(tcb, Retransmission.TIMEOUT, 1);
        observations.retransmission(tcb, Retransmission.TIMEOUT, 2);
        tellAll();
        assertThat(told).hasSize(2);
        assertThat(counters.get(Counter.FAILURES_CONTAINED)).isEqualTo(2);
    }

    @Test
    void withoutAnObserverNothingIsKept() {
        Observations none =
                new Observations(EndpointObserver.NONE, clock, new Failures(counters, clock));
        assertThat(none.areWanted()).isFalse();
        assertThat(observations.areWanted()).isTrue();
        none.transition(tcb, State.ESTABLISHED, Trigger.FIN, State.CLOSE_WAIT);
        none.retransmission(tcb, Retransmission.TIMEOUT, 1);
        assertThat(none.isEmpty()).isTrue();
    }
}
