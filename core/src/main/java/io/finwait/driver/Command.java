package io.finwait.driver;

import java.util.function.Consumer;

/** Something asked for by another thread, and the answer it waits for. */
record Command<T>(Consumer<Answer<T>> action, Answer<T> answer) {

    /**
     * Whatever it throws is the caller's affair, an Error as well: the driver and all others go on.
     */
    void run() {
        if (answer.isDone()) {
            // Who has stopped waiting before it began does not want it any more.
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
