package io.finwait.driver;

import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** Something asked for by another thread, and the answer it waits for. */
record Command<T>(Consumer<CompletableFuture<T>> action, CompletableFuture<T> answer) {

    void run() {
        try {
            action.accept(answer);
        } catch (RuntimeException e) {
            answer.completeExceptionally(e);
        }
    }

    void refuse() {
        answer.completeExceptionally(
                new IllegalStateException("the driver has stopped; start another one"));
    }
}
