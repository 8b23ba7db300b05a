package io.finwait.driver;

import java.util.concurrent.atomic.AtomicReference;

/**
 * The connections whose users have done something that the driver should look at. Each stands here
 * at most once, so that neither an object nor a limit is needed.
 */
final class Signals {

    private final AtomicReference<RingConnection> last = new AtomicReference<>();

    /** Adds a connection that is not in the list; from any thread. */
    void add(RingConnection connection) {
        RingConnection before;
        do {
            before = last.get();
            connection.nextSignalled = before;
        } while (!last.compareAndSet(before, connection));
    }

    boolean isEmpty() {
        return last.get() == null;
    }

    /** Serves all of them, on the driver's thread; returns how many there were. */
    int take() {
        if (isEmpty()) {
            return 0;
        }
        int taken = 0;
        RingConnection next = last.getAndSet(null);
        while (next != null) {
            RingConnection connection = next;
            next = connection.nextSignalled;
            connection.nextSignalled = null;
            connection.signalTaken();
            taken++;
        }
        return taken;
    }
}
