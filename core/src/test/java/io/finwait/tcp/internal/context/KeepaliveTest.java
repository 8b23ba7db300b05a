package io.finwait.tcp.internal.context;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.tcp.State;
import io.finwait.tcp.internal.tcb.Tcb;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.EnumSet;
import java.util.Set;

/** In which states a peer is asked whether it is still there. */
class KeepaliveTest {

    /** In the others something else is awaited, and its timer ends the connection. */
    private static final Set<State> ASKED =
            EnumSet.of(State.ESTABLISHED, State.CLOSE_WAIT, State.FIN_WAIT_1, State.FIN_WAIT_2);

    @ParameterizedTest
    @EnumSource(State.class)
    void appliesWhereTextMayBeAwaited(State state) {
        Tcb tcb = new Tcb(null);
        tcb.state = state;
        tcb.keepaliveIdleNs = 1;
        assertThat(Keepalive.applies(tcb)).isEqualTo(ASKED.contains(state));
    }

    @ParameterizedTest
    @EnumSource(State.class)
    void neverWithoutAnIdleTimeNorForAnOrphan(State state) {
        Tcb tcb = new Tcb(null);
        tcb.state = state;
        assertThat(Keepalive.applies(tcb)).isFalse();
        tcb.keepaliveIdleNs = 1;
        tcb.orphan = true;
        assertThat(Keepalive.applies(tcb)).isFalse();
    }
}
