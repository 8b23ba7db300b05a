package io.finwait.tcp.internal.tcb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finwait.wire.Segment;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is true of a listener that says nothing of its own. */
class BacklogTest {

    private record Plain(boolean takesConnection, boolean isFullOfHandshakes) implements Backlog {

        @Override
        public Tcb oldestHandshake() {
            return null;
        }

        @Override
        public long deferredUntilNs(Tcb tcb) {
            return 0;
        }

        @Override
        public void handshakeBegins(Tcb tcb) {}

        @Override
        public void open(Tcb tcb) {}

        @Override
        public void established(Tcb tcb) {}

        @Override
        public void gone(Tcb tcb) {}
    }

    @ParameterizedTest
    @CsvSource({"false, false", "false, true", "true, false", "true, true"})
    void takesAReopeningWithAConnectionAndMakesPlaceWhenFull(boolean takes, boolean full) {
        Backlog plain = new Plain(takes, full);
        assertThat(plain.takesReopening()).isEqualTo(takes);
        assertThat(plain.mustMakePlace()).isEqualTo(full);
    }

    @ParameterizedTest
    @CsvSource({"false", "true"})
    void asksNobodyAndHasAllTimeForHandshakes(boolean full) {
        Backlog plain = new Plain(true, full);
        assertThat(plain.asksFirst()).isFalse();
        assertThat(plain.isHalfFullOfHandshakes()).isFalse();
        assertThatThrownBy(() -> plain.hold(new Segment()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("asks nobody");
    }
}
