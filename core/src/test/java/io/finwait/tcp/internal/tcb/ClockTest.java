package io.finwait.tcp.internal.tcb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finwait.tcp.internal.loss.NewReno;

import org.junit.jupiter.api.Test;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;

/** What users' calls between two duty cycles have started gets the time of the next one, once. */
class ClockTest {

    private static final long MS = 1_000_000L;

    private final Clock clock = new Clock();
    private final List<String> dated = new ArrayList<>();

    /** A handle of which only {@link Handle#dateSteps} may be called. */
    private Handle handle(String name) {
        return (Handle)
                Proxy.newProxyInstance(
                        Handle.class.getClassLoader(),
                        new Class<?>[] {Handle.class},
                        (proxy, method, arguments) -> {
                            assertThat(method.getName()).isEqualTo("dateSteps");
                            dated.add(name + " at " + arguments[0]);
                            return null;
                        });
    }

    @Test
    void theTimeIsKnownInsideADutyCycleAlone() {
        assertThat(clock.isRunning()).isFalse();
        assertThatThrownBy(clock::nowNs).isInstanceOf(IllegalStateException.class);
        clock.begin(7 * MS);
        assertThat(clock.isRunning()).isTrue();
        assertThat(clock.nowNs()).isEqualTo(7 * MS);
        clock.end();
        assertThat(clock.isRunning()).isFalse();
        assertThatThrownBy(clock::nowNs).hasMessageContaining("only inside a duty cycle");
        assertThat(clock.lastNs()).isEqualTo(7 * MS);
    }

    @Test
    void aTickOfTheTimestampsIsAMillisecond() {
        clock.begin(12 * MS - 1);
        assertThat(clock.lastTicks()).isEqualTo(11);
        clock.begin((1L << 32) * MS + 5 * MS);
        assertThat(clock.lastTicks()).as("its lower 32 bits").isEqualTo(5);
    }

    @Test
    void handlesAreDatedInTheirOrderAndOnce() {
        clock.begin(MS);
        clock.end();
        clock.owe(handle("one"));
        assertThat(clock.owesNothing()).isFalse();
        clock.owe(handle("other"));
        clock.begin(3 * MS);
        clock.dateHandles();
        assertThat(dated).containsExactly("one at 3000000", "other at 3000000");
        assertThat(clock.owesNothing()).isTrue();
        clock.dateHandles();
        assertThat(dated).hasSize(2);
    }

    @Test
    void aTcbIsNotedOnceUntilItWasTaken() {
        Tcb one = new Tcb(new NewReno());
        Tcb other = new Tcb(new NewReno());
        clock.owe(one);
        clock.owe(other);
        clock.owe(one);
        assertThat(clock.owesNothing()).isFalse();
        assertThat(clock.nextUndated()).isSameAs(one);
        clock.owe(one);
        assertThat(clock.nextUndated()).isSameAs(other);
        assertThat(clock.nextUndated()).isSameAs(one);
        assertThat(clock.owesNothing()).isTrue();
        assertThat(clock.nextUndated()).isNull();
    }
}
