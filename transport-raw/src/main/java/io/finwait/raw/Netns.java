package io.finwait.raw;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** Does something inside a named network namespace: what {@code ip netns add} has made. */
final class Netns {

    static final String FOLDER = "/run/netns/";
    private static final int CLONE_NEWNET = 0x40000000;

    private Netns() {}

    /**
     * Runs {@code action} inside a namespace. A file or socket opened there keeps belonging to it.
     *
     * <p>A namespace is a property of a thread. The action therefore runs on a platform thread of
     * its own that ends afterwards: no thread of the caller's can be left in the wrong namespace,
     * however the action ends.
     *
     * @param name as in {@code ip netns list}
     * @return what the action returns
     * @throws java.io.UncheckedIOException when the namespace isn't there or can't be entered
     */
    static <T> T call(String name, Callable<T> action) {
        FutureTask<T> task =
                new FutureTask<>(
                        () -> {
                            enter(name);
                            return action.call();
                        });
        Thread.ofPlatform().name("finwait-netns-" + name).start(task);
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return task.get();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } catch (ExecutionException e) {
            throw rethrown(e.getCause());
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static RuntimeException rethrown(Throwable cause) {
        if (cause instanceof Error error) {
            throw error;
        }
        return cause instanceof RuntimeException unchecked
                ? unchecked
                : Linux.failure(cause.getMessage(), cause);
    }

    private static void enter(String name) {
        Libc libc = new Libc();
        int fd = libc.open(FOLDER + name, Libc.O_RDONLY | Libc.O_CLOEXEC);
        if (fd == -Libc.ENOENT) {
            throw Linux.failure(
                    "there is no network namespace '"
                            + name
                            + "'; make it with: ip netns add "
                            + name,
                    fd);
        }
        if (fd < 0) {
            throw Linux.failure("the network namespace '" + name + "' can't be opened", fd);
        }
        int entered = libc.setns(fd, CLONE_NEWNET);
        libc.close(fd);
        if (entered == -Libc.EPERM) {
            throw Linux.failure(
                    "entering the network namespace '"
                            + name
                            + "' is not permitted; run as root or with CAP_SYS_ADMIN",
                    entered);
        }
        if (entered < 0) {
            throw Linux.failure(
                    "'" + name + "' can't be entered; is it a network namespace?", entered);
        }
    }
}
