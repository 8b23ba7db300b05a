package io.finwait.socket;

import io.finwait.driver.Timekeeper;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.spi.AbstractSelectableChannel;
import java.nio.channels.spi.AbstractSelectionKey;
import java.nio.channels.spi.AbstractSelector;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/**
 * Selects among channels of ours, and the kernel's beside them. The driver's threads put the keys
 * of ours on a list when something happens; only those are looked at, and those that were ready the
 * time before. As long as the kernel has no channel here, a select makes no system call but that of
 * waiting; with the first one it waits in a selector of the kernel, which events of ours wake.
 */
final class DriverSelector extends AbstractSelector {

    private static final long FOREVER = Long.MAX_VALUE;

    private final KernelChannels kernelChannels;
    private final Timekeeper time;
    private final Set<SelectionKey> keys = ConcurrentHashMap.newKeySet();
    private final Set<SelectionKey> unmodifiableKeys = Collections.unmodifiableSet(keys);
    private final Set<SelectionKey> selected = new HashSet<>();
    private final Set<SelectionKey> shrinkableSelected = new ShrinkableSet<>(selected);

    /** Keys that something has happened to, the last first. */
    private final AtomicReference<DriverSelectionKey> touched = new AtomicReference<>();

    private volatile boolean woken;
    private volatile Thread waiting;
    private volatile Selector kernel;

    // The selecting thread.
    private final List<DriverSelectionKey> candidates = new ArrayList<>();
    private boolean selecting;
    private boolean anyReady;

    /**
     * @param time wakes the thread that selects
     */
    DriverSelector(
            DriverSelectorProvider provider, KernelChannels kernelChannels, Timekeeper time) {
        super(provider);
        this.kernelChannels = kernelChannels;
        this.time = time;
    }

    private void requireOpen() {
        if (!isOpen()) {
            throw new ClosedSelectorException();
        }
    }

    @Override
    public Set<SelectionKey> keys() {
        requireOpen();
        return unmodifiableKeys;
    }

    @Override
    public Set<SelectionKey> selectedKeys() {
        requireOpen();
        return shrinkableSelected;
    }

    // Registering.

    @Override
    protected SelectionKey register(AbstractSelectableChannel channel, int ops, Object attached) {
        requireOpen();
        DriverSelectionKey key = new DriverSelectionKey(this, channel);
        key.attach(attached);
        if (channel instanceof ReadyChannel ours) {
            ours.channelKeys().add(key);
        } else {
            registerWithKernel(channel, key);
        }
        keys.add(key);
        if (!isOpen()) {
            keys.remove(key);
            key.forget();
            key.cancel();
            throw new ClosedSelectorException();
        }
        key.interestOps(ops);
        return key;
    }

    private void registerWithKernel(SelectableChannel channel, DriverSelectionKey key) {
        try {
            key.kernels(channel.register(kernel(), 0, key));
        } catch (ClosedChannelException e) {
            throw new UncheckedIOException("the channel was closed while it was registered", e);
        }
    }

    /**
     * A thread that waits in the kernel's selector hears of it in its next select only, and one
     * that waits for our channels alone must from now on wait in the kernel's selector.
     */
    void kernelsInterestChanged() {
        wakeWaiting();
    }

    /** Not under the monitor of this selector, which a select that waits holds. */
    private Selector kernel() {
        synchronized (keys) {
            if (kernel == null) {
                try {
                    kernel = kernelChannels.provider().openSelector();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
            return kernel;
        }
    }

    /** From any thread, for a key that is not on the list. */
    void lookAt(DriverSelectionKey key) {
        DriverSelectionKey before;
        do {
            before = touched.get();
            key.next(before);
        } while (!touched.compareAndSet(before, key));
        wakeWaiting();
    }

    @Override
    public Selector wakeup() {
        woken = true;
        wakeWaiting();
        return this;
    }

    private void wakeWaiting() {
        // Either this thread sees that the selector waits, or the selector sees the event before it
        // waits.
        Thread thread = waiting;
        if (thread != null) {
            Selector withKernel = kernel;
            if (withKernel != null) {
                withKernel.wakeup();
            }
            time.wake(thread);
        }
    }

    // Selecting.

    @Override
    public int selectNow() throws IOException {
        return select(0, TimeUnit.NANOSECONDS);
    }

    @Override
    public int select() throws IOException {
        return select(FOREVER, TimeUnit.NANOSECONDS);
    }

    @Override
    public int select(long timeoutMs) throws IOException {
        if (timeoutMs < 0) {
            throw new IllegalArgumentException("Negative timeout");
        }
        return select(timeoutMs == 0 ? FOREVER : timeoutMs, TimeUnit.MILLISECONDS);
    }

    private int select(long timeout, TimeUnit unit) throws IOException {
        synchronized (this) {
            requireOpen();
            if (selecting) {
                throw new IllegalStateException("select in progress");
            }
            selecting = true;
            try {
                synchronized (shrinkableSelected) {
                    return selectWithin(unit.toNanos(timeout));
                }
            } finally {
                selecting = false;
            }
        }
    }

    private int selectWithin(long nanos) throws IOException {
        long begin = nanos == 0 || nanos == FOREVER ? 0 : System.nanoTime();
        dropCancelled();
        int updated = look();
        while (nanos != 0 && !anyReady && !hasReasonToReturn()) {
            long left = nanos == FOREVER ? FOREVER : nanos - (System.nanoTime() - begin);
            if (left <= 0) {
                break;
            }
            await(left);
            updated = look();
        }
        woken = false;
        dropCancelled();
        return updated;
    }

    private boolean hasReasonToReturn() {
        return woken || !isOpen() || Thread.currentThread().isInterrupted();
    }

    private void await(long nanos) throws IOException {
        waiting = Thread.currentThread();
        try {
            Selector withKernel = kernel;
            if (touched.get() != null || hasReasonToReturn()) {
                return;
            }
            if (withKernel != null) {
                // In milliseconds, of which 0 is for ever.
                long timeoutMs = nanos == FOREVER ? 0 : (nanos - 1) / 1_000_000 + 1;
                withKernel.select(timeoutMs);
            } else if (nanos == FOREVER) {
                LockSupport.park(this);
            } else {
                LockSupport.parkNanos(this, nanos);
            }
        } finally {
            waiting = null;
        }
    }

    /** How many keys were selected, or got more operations. */
    private int look() throws IOException {
        DriverSelectionKey key = touched.getAndSet(null);
        while (key != null) {
            candidates.add(key);
            DriverSelectionKey next = key.next();
            key.next(null);
            key = next;
        }
        anyReady = false;
        int updated = 0;
        int kept = 0;
        for (int i = 0; i < candidates.size(); i++) {
            DriverSelectionKey candidate = candidates.get(i);
            int ready = candidate.look();
            if (ready != 0) {
                updated += select(candidate, ready);
                candidates.set(kept++, candidate);
            }
        }
        candidates.subList(kept, candidates.size()).clear();
        return updated + lookAtKernels();
    }

    private int lookAtKernels() throws IOException {
        Selector withKernel = kernel;
        if (withKernel == null) {
            return 0;
        }
        int updated = 0;
        withKernel.selectNow();
        for (SelectionKey each : withKernel.selectedKeys()) {
            DriverSelectionKey key = (DriverSelectionKey) each.attachment();
            if (each.isValid() && key.isValid()) {
                updated += select(key, each.readyOps());
            }
        }
        withKernel.selectedKeys().clear();
        return updated;
    }

    private int select(DriverSelectionKey key, int ready) {
        anyReady = true;
        if (selected.add(key)) {
            key.ready(ready);
            return 1;
        }
        int before = key.readyOps();
        key.ready(before | ready);
        return (before | ready) == before ? 0 : 1;
    }

    // Cancelling and closing.

    /**
     * Not under the monitor of the set: whoever registers a channel holds the channel's, which is
     * needed here, and may want that one.
     */
    private void dropCancelled() throws IOException {
        Set<SelectionKey> cancelled = cancelledKeys();
        SelectionKey[] gone;
        synchronized (cancelled) {
            if (cancelled.isEmpty()) {
                return;
            }
            gone = cancelled.toArray(SelectionKey[]::new);
            cancelled.clear();
        }
        for (SelectionKey each : gone) {
            drop((DriverSelectionKey) each);
        }
        if (kernel != null) {
            // Only then are the kernel's channels free to be registered anew.
            kernel.selectNow();
        }
    }

    private void drop(DriverSelectionKey key) {
        keys.remove(key);
        selected.remove(key);
        key.forget();
        deregister((AbstractSelectionKey) key);
    }

    @Override
    protected void implCloseSelector() throws IOException {
        wakeup();
        synchronized (this) {
            synchronized (shrinkableSelected) {
                for (SelectionKey each : keys) {
                    drop((DriverSelectionKey) each);
                }
                candidates.clear();
                selected.clear();
                if (kernel != null) {
                    kernel.close();
                }
            }
        }
    }
}
