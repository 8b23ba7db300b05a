package io.finwait.examples.stage;

import io.finwait.raw.NetworkNamespace;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;

/**
 * The kernel's network in which sockets of this process are opened: a namespace, or where we are.
 */
final class KernelNet {

    private final NetworkNamespace namespace;

    private KernelNet(NetworkNamespace namespace) {
        this.namespace = namespace;
    }

    static KernelNet in(NetworkNamespace namespace) {
        return new KernelNet(namespace);
    }

    static KernelNet here() {
        return new KernelNet(null);
    }

    /** True where nobody else has sockets, and rules can be changed. */
    boolean isOurs() {
        return namespace != null;
    }

    /** Makes a call that opens something there. */
    <T> T call(Callable<T> action) {
        if (isOurs()) {
            return namespace.call(action);
        }
        try {
            return action.call();
        } catch (IOException e) {
            throw new UncheckedIOException("the kernel refused: " + e.getMessage(), e);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * The list of sockets; a file that is opened inside a namespace goes on showing that namespace.
     */
    RandomAccessFile sockets() {
        return call(() -> new RandomAccessFile("/proc/thread-self/net/tcp", "r"));
    }

    /** What {@code ss} prints, a line for each socket. */
    List<String> ss() {
        return namespace.exec("ss", "-tanH").lines().toList();
    }

    /** Changes a rule of the kernel's TCP, such as {@code tcp_fin_timeout}. */
    void set(String name, long value) {
        if (!isOurs()) {
            throw new CannotShowException(
                    "this needs net.ipv4."
                            + name
                            + " = "
                            + value
                            + ", which would change the rules for everybody on this machine; as"
                            + " root (sudo) it is set in a network namespace of its own");
        }
        Path file = Path.of("/proc/sys/net/ipv4", name);
        call(() -> Files.writeString(file, value + "\n"));
    }
}
