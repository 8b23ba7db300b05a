package io.finwait.tcp.internal.context;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.tcp.Counters.Counter;
import io.finwait.tcp.EndpointObserver;
import io.finwait.tcp.State;
import io.finwait.tcp.Trigger;
import io.finwait.tcp.internal.tcb.Clock;
import io.finwait.tcp.internal.tcb.Tcb;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.EnumSet;
import java.util.Set;

/** What is counted at each transition of {@link State#on}. */
class WatchTest {

    /** Kept in other tables, or in none. */
    private static final Set<State> NOT_HELD =
            EnumSet.of(State.CLOSED, State.LISTEN, State.TIME_WAIT);

    private final EndpointCounters counters = new EndpointCounters();
    private final Clock clock = new Clock();
    private final Watch watch =
            new Watch(
                    counters,
                    new Observations(EndpointObserver.NONE, clock, new Failures(counters, clock)),
                    clock,
                    false);

    /** RFC 4022: tcpAttemptFails and tcpEstabResets. */
    private static Counter endOf(State from, State to) {
        if (to != State.CLOSED && to != State.LISTEN) {
            return null;
        }
        return switch (from) {
            case SYN_SENT, SYN_RECEIVED -> Counter.FAILED_ATTEMPTS;
            case ESTABLISHED, CLOSE_WAIT -> Counter.ESTABLISHED_RESETS;
            default -> null;
        };
    }

    @ParameterizedTest
    @EnumSource(State.class)
    void everyTransitionMovesOneFromItsStateToTheNext(State from) {
        for (Trigger trigger : Trigger.values()) {
            State to = from.on(trigger);
            if (to == null) {
                continue;
            }
            long attempts = counters.get(Counter.FAILED_ATTEMPTS);
            long resets = counters.get(Counter.ESTABLISHED_RESETS);
            for (State each : State.values()) {
                watch.states().set(each, 5);
            }
            watch.moved(new Tcb(null), from, trigger, to);
            for (State each : State.values()) {
                int more = (each == to ? 1 : 0) - (each == from ? 1 : 0);
                assertThat(watch.states().get(each))
                        .as("%s: %s in %s", each, trigger, from)
                        .isEqualTo(5 + (NOT_HELD.contains(each) ? 0 : more));
            }
            Counter end = endOf(from, to);
            assertThat(counters.get(Counter.FAILED_ATTEMPTS) - attempts)
                    .as("%s in %s", trigger, from)
                    .isEqualTo(end == Counter.FAILED_ATTEMPTS ? 1 : 0);
            assertThat(counters.get(Counter.ESTABLISHED_RESETS) - resets)
                    .as("%s in %s", trigger, from)
                    .isEqualTo(end == Counter.ESTABLISHED_RESETS ? 1 : 0);
        }
    }

    @ParameterizedTest
    @EnumSource(State.class)
    void oneThatIsCutOffIsInNoStateAnyMore(State from) {
        watch.states().set(from, 5);
        watch.cutOff(from);
        assertThat(watch.states().get(from)).isEqualTo(NOT_HELD.contains(from) ? 5 : 4);
    }
}
