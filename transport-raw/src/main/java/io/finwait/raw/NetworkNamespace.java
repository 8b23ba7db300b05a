package io.finwait.raw;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A network namespace of its own for tests and examples: interfaces, routes and ports of its kernel
 * side can't disturb the machine's. Made and removed with the {@code ip} command; needs root.
 *
 * <pre>{@code
 * try (NetworkNamespace lab = NetworkNamespace.create("lab");
 *         Transport tun = TunTransport.open(TunOptions.named("fw0").netns("lab"))) {
 *     System.out.print(lab.exec("ip", "address"));
 * }
 * }</pre>
 */
public final class NetworkNamespace implements AutoCloseable {

    private static final long LONGEST_COMMAND_SECONDS = 60;

    private final String name;
    private boolean closed;

    private NetworkNamespace(String name) {
        this.name = name;
    }

    /**
     * Makes a namespace and brings its loopback interface up.
     *
     * @param name letters, digits and {@code -_.}; must not exist yet
     * @throws java.io.UncheckedIOException when it can't be made; the message says what to do
     */
    public static NetworkNamespace create(String name) {
        Linux.require();
        if (!name.matches("[A-Za-z0-9][A-Za-z0-9_.-]*")) {
            throw new IllegalArgumentException(
                    "'" + name + "' can't name a network namespace; choose letters and digits");
        }
        run(List.of("ip", "netns", "add", name));
        NetworkNamespace namespace = new NetworkNamespace(name);
        try {
            namespace.exec("ip", "link", "set", "lo", "up");
            return namespace;
        } catch (RuntimeException e) {
            namespace.close();
            throw e;
        }
    }

    /**
     * Makes a namespace that nobody else has: its name is the prefix, this process's id and a
     * random number. Those of the same prefix whose process is gone, killed for instance before it
     * could {@link #close}, are removed first.
     *
     * @param prefix letters, digits and {@code -_.}
     * @throws java.io.UncheckedIOException when it can't be made; the message says what to do
     */
    public static NetworkNamespace createOwn(String prefix) {
        Linux.require();
        removeLeftovers(prefix);
        long id = ProcessHandle.current().pid();
        int number = new SecureRandom().nextInt();
        return create("%s-%d-%08x".formatted(prefix, id, number));
    }

    /** If they can't be removed, they stay: their names are in nobody's way. */
    private static void removeLeftovers(String prefix) {
        Pattern name = Pattern.compile(Pattern.quote(prefix) + "-(\\d{1,18})-[0-9a-f]{8}");
        String[] names = new File(Netns.FOLDER).list();
        for (String each : names == null ? new String[0] : names) {
            Matcher matcher = name.matcher(each);
            if (matcher.matches() && ProcessHandle.of(Long.parseLong(matcher.group(1))).isEmpty()) {
                try {
                    run(List.of("ip", "netns", "del", each));
                } catch (UncheckedIOException alreadyGone) {
                    // Another run has removed it meanwhile.
                }
            }
        }
    }

    /** The name, for {@link TunOptions#netns} and {@code ip netns exec}. */
    public String name() {
        return name;
    }

    /**
     * Runs a command inside the namespace and waits for its end, a minute at most.
     *
     * @return what it has printed, errors included
     * @throws java.io.UncheckedIOException when it can't be run or ends with another code than 0;
     *     the message holds what it has printed
     */
    public String exec(String... command) {
        return run(inside(command));
    }

    /**
     * Starts a command inside the namespace, standard error joined to standard output; the caller
     * ends it.
     *
     * @throws java.io.UncheckedIOException when it can't be started
     */
    public Process start(String... command) {
        return start(new ProcessBuilder(inside(command)).redirectErrorStream(true));
    }

    /**
     * Runs {@code action} on a thread inside the namespace and waits for it. Sockets that it opens
     * stay in the namespace: this is how Java code talks through the kernel's side of a device.
     */
    public <T> T call(Callable<T> action) {
        return Netns.call(name, action);
    }

    private List<String> inside(String... command) {
        List<String> words = new ArrayList<>(List.of("ip", "netns", "exec", name));
        words.addAll(List.of(command));
        return words;
    }

    private static Process start(ProcessBuilder builder) {
        try {
            return builder.start();
        } catch (IOException e) {
            throw Linux.failure(
                    "'"
                            + builder.command().getFirst()
                            + "' can't be run; install the package iproute2",
                    e);
        }
    }

    private static String run(List<String> command) {
        String text = String.join(" ", command);
        Path output = null;
        try {
            // A file, because a pipe stays open as long as anything the command left behind.
            output = Files.createTempFile("finwait", ".out");
            Process process =
                    start(
                            new ProcessBuilder(command)
                                    .redirectErrorStream(true)
                                    .redirectOutput(output.toFile()));
            if (!process.waitFor(LONGEST_COMMAND_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw Linux.failure(
                        "'"
                                + text
                                + "' did not end within "
                                + LONGEST_COMMAND_SECONDS
                                + " s and was killed",
                        null);
            }
            String printed = Files.readString(output);
            if (process.exitValue() != 0) {
                throw Linux.failure("'" + text + "' failed: " + printed.strip(), null);
            }
            return printed;
        } catch (IOException e) {
            throw Linux.failure("the output of '" + text + "' can't be kept in a file", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Linux.failure("interrupted while '" + text + "' was running", e);
        } finally {
            delete(output);
        }
    }

    private static void delete(Path file) {
        try {
            if (file != null) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            file.toFile().deleteOnExit();
        }
    }

    /** Removes the namespace with all its interfaces; a second call does nothing. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            run(List.of("ip", "netns", "del", name));
        }
    }
}
