package io.finwait.tcp;

import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * How many connections of an endpoint are in each state, kept up to date while it works: reading
 * costs the same, however many connections there are. The endpoint's thread writes, any thread may
 * read. A reader may see a connection that is just changing its state in both states, or in
 * neither.
 *
 * <p>LISTEN counts listeners; SYN_RECEIVED counts handshakes that no user has seen; FIN_WAIT_2
 * includes orphans that are only a record. A pair of sockets that enters TIME_WAIT again may be
 * counted twice, until up to fifteen others have entered. CLOSED is always 0.
 */
public final class StateCounts {

    private final AtomicIntegerArray counts = new AtomicIntegerArray(State.values().length);

    /** How many are in a state, 0 or more. */
    public int get(State state) {
        return counts.getAcquire(state.ordinal());
    }

    /** Adds to a state; for the endpoint, on its thread. */
    public void add(State state, int more) {
        set(state, counts.getPlain(state.ordinal()) + more);
    }

    /** Sets a state; for the endpoint, on its thread. */
    public void set(State state, int count) {
        counts.setRelease(state.ordinal(), count);
    }

    /** The states that are not empty, such as {@code ESTABLISHED=2 TIME_WAIT=1}. */
    @Override
    public String toString() {
        StringBuilder words = new StringBuilder();
        for (State state : State.values()) {
            if (get(state) != 0) {
                words.append(words.length() == 0 ? "" : " ").append(state).append('=');
                words.append(get(state));
            }
        }
        return words.toString();
    }
}
