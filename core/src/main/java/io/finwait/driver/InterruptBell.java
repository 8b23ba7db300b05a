package io.finwait.driver;

import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.spi.AbstractSelectableChannel;
import java.nio.channels.spi.AbstractSelector;
import java.util.Set;

/**
 * Wakes a driver's thread that is interrupted while its transport waits, perhaps in a system call
 * that {@link Thread#interrupt} does not end. The JDK offers such a hook only to selectors, so this
 * class extends one.
 */
final class InterruptBell extends AbstractSelector {

    private final Runnable onInterrupt;

    InterruptBell(Runnable onInterrupt) {
        super(null);
        this.onInterrupt = onInterrupt;
    }

    /** The calling thread waits; an interrupt that has come already counts. */
    void waitBegins() {
        begin();
    }

    void waitEnds() {
        end();
    }

    @Override
    public Selector wakeup() {
        onInterrupt.run();
        return this;
    }

    @Override
    protected void implCloseSelector() {}

    @Override
    protected SelectionKey register(AbstractSelectableChannel channel, int ops, Object attached) {
        throw neverAsked();
    }

    @Override
    public Set<SelectionKey> keys() {
        throw neverAsked();
    }

    @Override
    public Set<SelectionKey> selectedKeys() {
        throw neverAsked();
    }

    @Override
    public int selectNow() {
        throw neverAsked();
    }

    @Override
    public int select(long timeout) {
        throw neverAsked();
    }

    @Override
    public int select() {
        throw neverAsked();
    }

    /** Nothing is registered here, and nobody but a driver's thread sees this selector. */
    private static UnsupportedOperationException neverAsked() {
        return new UnsupportedOperationException("this selector only listens for interrupts");
    }
}
