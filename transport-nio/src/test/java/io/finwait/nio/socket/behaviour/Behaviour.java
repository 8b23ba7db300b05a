package io.finwait.nio.socket.behaviour;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * A program with sockets whose outcome is the same on the kernel's sockets and on ours, or differs
 * for a reason.
 *
 * @param name what is done
 * @param reason why ours is different; empty where it is the same
 */
public record Behaviour(String name, String reason, Program program) {

    private static final long PATIENCE_MS = 100_000;

    /** Does something and tells in words what came of it. */
    @FunctionalInterface
    public interface Program {
        Object run(Stage stage) throws Exception;
    }

    static Behaviour same(String name, Program program) {
        return new Behaviour(name, "", program);
    }

    static Behaviour differs(String name, String reason, Program program) {
        return new Behaviour(name, reason, program);
    }

    /** In a thread of its own: a program that hangs is an outcome as well. */
    CompletableFuture<String> begin(Stage stage) {
        CompletableFuture<String> outcome = new CompletableFuture<>();
        Thread thread =
                new Thread(
                        () -> outcome.complete(Stage.attempt(() -> program.run(stage))), "program");
        thread.setDaemon(true);
        thread.start();
        return outcome.completeOnTimeout("hangs", PATIENCE_MS, TimeUnit.MILLISECONDS);
    }
}
