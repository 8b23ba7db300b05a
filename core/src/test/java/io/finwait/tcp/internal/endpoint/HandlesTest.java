package io.finwait.tcp.internal.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.tcp.internal.tcb.Tcb;

import org.junit.jupiter.api.Test;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;

/** Handles that users have given back. */
class HandlesTest {

    private static final int ALWAYS_KEPT = 1_024;

    private final TcpEndpoint endpoint = new Bench().endpoint;
    private final Handles handles = new Handles(endpoint);
    private final Set<TcpConnection> given = Collections.newSetFromMap(new IdentityHashMap<>());

    private void give(int count) {
        for (int i = 0; i < count; i++) {
            TcpConnection handle = new TcpConnection(endpoint);
            given.add(handle);
            handles.give(handle);
        }
    }

    private int takeThoseAgain(int count) {
        int again = 0;
        for (int i = 0; i < count; i++) {
            Tcb tcb = new Tcb(null);
            TcpConnection handle = handles.take(tcb);
            assertThat(handle.tcb).isSameAs(tcb);
            assertThat(tcb.connection).isSameAs(handle);
            again += given.contains(handle) ? 1 : 0;
        }
        return again;
    }

    @Test
    void aThousandAreKeptWhereFewerAreInUse() {
        give(ALWAYS_KEPT + 21);
        assertThat(takeThoseAgain(ALWAYS_KEPT + 21)).isEqualTo(ALWAYS_KEPT);
        assertThat(takeThoseAgain(5)).isZero();
    }

    /** Each that comes back takes another one with it, until no more are kept than are needed. */
    @Test
    void asManyAreKeptAsThereAreConnectionsAndWhatIsTooManyGoes() {
        Bench bench = new Bench();
        TcpEndpoint crowded = bench.endpoint;
        for (int i = 0; i < ALWAYS_KEPT + 10; i++) {
            crowded.connect(Bench.HOST, 1 + i, Bench.PEERS, 80);
        }
        Handles many = new Handles(crowded);
        for (int i = 0; i < ALWAYS_KEPT + 15; i++) {
            TcpConnection handle = new TcpConnection(crowded);
            given.add(handle);
            many.give(handle);
        }
        crowded.close();
        assertThat(crowded.connectionCount()).isZero();
        for (int i = 0; i < 4; i++) {
            many.give(new TcpConnection(crowded));
        }
        int again = 0;
        for (int i = 0; i < ALWAYS_KEPT + 15; i++) {
            again += given.contains(many.take(new Tcb(null))) ? 1 : 0;
        }
        assertThat(again).isEqualTo(ALWAYS_KEPT + 6);
    }

    @Test
    void theOneThatWasGivenLastIsTakenFirst() {
        give(5);
        TcpConnection last = new TcpConnection(endpoint);
        handles.give(last);
        assertThat(handles.take(new Tcb(null))).isSameAs(last);
    }
}
