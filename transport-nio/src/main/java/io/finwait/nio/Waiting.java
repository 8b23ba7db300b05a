package io.finwait.nio;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.function.Consumer;

/** Waiting on a {@link Selector} in nanoseconds. */
final class Waiting {

    private static final long NANOS_PER_MILLI = 1_000_000;

    private Waiting() {}

    /**
     * Waits until a channel is ready, the selector is woken or the timeout has passed. The JDK
     * waits in whole milliseconds: the timeout is rounded up, so that a short one does not become a
     * busy loop.
     *
     * @param timeoutNs how long at most; 0 or less looks and returns
     * @param ready told of each ready key
     */
    static void await(Selector selector, long timeoutNs, Consumer<SelectionKey> ready) {
        try {
            if (timeoutNs <= 0) {
                selector.selectNow(ready);
            } else {
                long millis = (timeoutNs - 1) / NANOS_PER_MILLI + 1;
                selector.select(ready, Math.min(millis, Integer.MAX_VALUE));
            }
        } catch (ClosedSelectorException e) {
            // Closed by its owner: a waiting thread returns at once.
        } catch (IOException e) {
            throw new UncheckedIOException("the selector can't wait: " + e.getMessage(), e);
        }
    }

    static Selector open() {
        try {
            return Selector.open();
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "no selector can be opened: "
                            + e.getMessage()
                            + "; allow this process more open files",
                    e);
        }
    }
}
