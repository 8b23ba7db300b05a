package io.finwait.socket;

import java.nio.channels.CancelledKeyException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.spi.AbstractSelectionKey;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A channel of ours, or one of the kernel, in a {@link DriverSelector}. A channel of the kernel has
 * a second key in the kernel's selector behind it.
 */
final class DriverSelectionKey extends AbstractSelectionKey {

    private final DriverSelector selector;
    private final SelectableChannel channel;

    /** Null for a channel of the kernel. */
    private final ReadyChannel ours;

    /** Null for a channel of ours. */
    private SelectionKey kernels;

    private volatile int interest;
    private volatile int ready;

    /** The selector will look at it. */
    private final AtomicBoolean candidate = new AtomicBoolean();

    /** The next one in the list of those that the selector has not seen yet. */
    private DriverSelectionKey next;

    DriverSelectionKey(DriverSelector selector, SelectableChannel channel) {
        this.selector = selector;
        this.channel = channel;
        ours = channel instanceof ReadyChannel known ? known : null;
    }

    void kernels(SelectionKey key) {
        kernels = key;
    }

    @Override
    public SelectableChannel channel() {
        return channel;
    }

    @Override
    public Selector selector() {
        return selector;
    }

    private void requireValid() {
        if (!isValid()) {
            throw new CancelledKeyException();
        }
    }

    @Override
    public int interestOps() {
        requireValid();
        return interest;
    }

    @Override
    public SelectionKey interestOps(int ops) {
        requireValid();
        if ((ops & ~channel.validOps()) != 0) {
            throw new IllegalArgumentException(
                    "operations " + ops + "; this channel knows " + channel.validOps());
        }
        interest = ops;
        if (kernels != null) {
            kernels.interestOps(ops);
            selector.kernelsInterestChanged();
        } else {
            mayBeReady(ops);
        }
        return this;
    }

    @Override
    public int readyOps() {
        requireValid();
        return ready;
    }

    /** From any thread: these operations may be ready now. */
    void mayBeReady(int ops) {
        if ((ops & interest) != 0 && candidate.compareAndSet(false, true)) {
            selector.lookAt(this);
        }
    }

    // The selecting thread.

    DriverSelectionKey next() {
        return next;
    }

    void next(DriverSelectionKey key) {
        next = key;
    }

    void ready(int ops) {
        ready = ops;
    }

    /**
     * The ready operations that the key is interested in. A key without any is no longer a
     * candidate.
     */
    int look() {
        int now = readyNow();
        if (now == 0) {
            candidate.set(false);
            now = readyNow();
            if (now != 0 && !candidate.compareAndSet(false, true)) {
                // Another thread has put it on the list meanwhile.
                return 0;
            }
        }
        return now;
    }

    /** A channel that is being closed is ready for nothing, and its key is cancelled at last. */
    private int readyNow() {
        return isValid() && channel.isOpen() ? ours.opsReady() & interest : 0;
    }

    /** The key no longer belongs to the selector. */
    void forget() {
        if (ours != null) {
            ours.channelKeys().remove(this);
        } else {
            kernels.cancel();
        }
    }

    @Override
    public String toString() {
        return channel
                + ", "
                + (isValid() ? "interest " + interest + " ready " + ready : "invalid");
    }
}
