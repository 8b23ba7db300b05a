package io.finwait.socket;

import io.finwait.driver.Timekeeper;

import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/** One direction of a channel: one thread at a time uses it, and waits here. */
class ChannelDirection {

    final DriverSocketChannel channel;
    private final ReentrantLock lock = new ReentrantLock();
    private final SocketGate gate;
    private volatile boolean shut;

    ChannelDirection(DriverSocketChannel channel, Timekeeper time) {
        this.channel = channel;
        gate = new SocketGate(time);
    }

    final void lock() {
        lock.lock();
    }

    final void unlock() {
        lock.unlock();
    }

    /** What is waited for may be there. */
    final void look() {
        gate.look();
    }

    /** Waits as {@link SocketGate#awaitInChannel} does. */
    final boolean await(BooleanSupplier ready, long nanos) {
        return gate.awaitInChannel(ready, nanos);
    }

    /** Ends the direction on this side; true the first time. The caller tells the peer. */
    final boolean shut() {
        boolean first = !shut;
        shut = true;
        return first;
    }

    final boolean isShut() {
        return shut;
    }
}
