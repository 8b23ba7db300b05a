package io.finwait.driver;

import java.util.function.Consumer;

/** Something asked for by another thread, and the answer it waits for. */
record Command<T>(Consumer<Answer<T>> action, Answer<T> answer) {

    /**
     * What it throws, an Error included, is the answer to the caller; the driver goes on.
     */
    void run() {
        if (answer.isDone()) {
            // A caller that stopped waiting before the command began no longer wants it.
            return;
        }
        try {
            action.accept(answer);
        } catch (Throwable e) {
            answer.completeExceptionally(e);
        }
    }

    void refuse() {
        answer.completeExceptionally(
                new IllegalStateException("the driver has stopped; start another one"));
    }
}
