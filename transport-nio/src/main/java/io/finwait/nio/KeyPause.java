package io.finwait.nio;

import io.finwait.nio.internal.Pauses;

import java.nio.channels.SelectionKey;

/**
 * Takes an operation out of a key's interest for a while when it fails, for lack of file
 * descriptors for instance: a key that stays ready would wake the endpoint's thread again and
 * again.
 */
final class KeyPause {

    private final SelectionKey key;
    private final int operation;
    private final Pauses pauses = new Pauses();
    private boolean on;
    private long untilNs;

    /** For one operation of a key. */
    KeyPause(SelectionKey key, int operation) {
        this.key = key;
        this.operation = operation;
    }

    /** Begins a pause, longer than the one before. */
    void begin(long nowNs) {
        on = true;
        untilNs = nowNs + pauses.next();
        interest(0, operation);
    }

    /** The channel has done what it was asked for. */
    void worked() {
        pauses.worked();
    }

    /** True during a pause; ends it when its time has come. */
    boolean holds(long nowNs) {
        if (on && nowNs - untilNs >= 0) {
            on = false;
            interest(operation, 0);
        }
        return on;
    }

    boolean isOn() {
        return on;
    }

    /** When the pause ends; {@link Long#MAX_VALUE} when there is none. */
    long nextDeadlineNs() {
        return on ? untilNs : Long.MAX_VALUE;
    }

    private void interest(int added, int removed) {
        if (key.isValid()) {
            key.interestOps((key.interestOps() & ~removed) | added);
        }
    }
}
