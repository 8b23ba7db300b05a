package io.finwait.raw;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Makes a TUN or TAP device in the network namespace of a process, with the rights that the owner
 * of a user namespace has in there and nowhere else.
 *
 * <p>A JVM can't enter a user namespace itself, because it has more than one thread (setns(2)). A
 * shell does so: it opens the device's file there, which decides in which namespace the device will
 * be, and this process takes the open file over from it (pidfd_getfd(2)). Then the shell gives the
 * device its addresses.
 */
final class TunOfProcess implements AutoCloseable {

    /** The shell's descriptor of the device's file. */
    private static final int FD = 3;

    private static final String OPENED = "finwait: opened";

    private final TunOptions options;
    private final Process shell;
    private final Writer says;
    private final BufferedReader hears;

    private TunOfProcess(TunOptions options) throws IOException {
        this.options = options;
        shell = new ProcessBuilder(command(options.process())).redirectErrorStream(true).start();
        says = shell.outputWriter(StandardCharsets.UTF_8);
        hears =
                new BufferedReader(
                        new InputStreamReader(shell.getInputStream(), StandardCharsets.UTF_8));
    }

    /**
     * Opens it and gives it its addresses.
     *
     * @throws UncheckedIOException with a sentence that says what to do
     */
    static TunDevice open(TunOptions options) {
        requireNamespace(options.process());
        try (TunOfProcess inside = new TunOfProcess(options)) {
            return inside.open();
        } catch (IOException e) {
            throw Linux.failure(
                    "the namespace of process "
                            + options.process()
                            + " can't be entered; are nsenter (package util-linux) and sh here?",
                    e);
        }
    }

    /** Says what is wrong before nsenter does so in fewer words. */
    private static void requireNamespace(long pid) {
        if (link("self", "net").equals(link(Long.toString(pid), "net"))) {
            throw Linux.failure(
                    "process "
                            + pid
                            + " has no network namespace of its own; start it with: unshare -Urn",
                    null);
        }
    }

    private static String link(String process, String namespace) {
        try {
            Path link = Path.of("/proc", process, "ns", namespace);
            return Files.readSymbolicLink(link).toString();
        } catch (AccessDeniedException e) {
            throw Linux.failure(
                    "process " + process + " is another user's; run as that user, or as root", e);
        } catch (IOException e) {
            throw Linux.failure(
                    "there is no process " + process + "; see: ps, or echo $$ there", e);
        }
    }

    private static List<String> command(long pid) {
        String target = Long.toString(pid);
        List<String> words = new ArrayList<>(List.of("nsenter", "--target", target, "--net"));
        // Nobody can enter the user namespace that they are in.
        if (!link("self", "user").equals(link(target, "user"))) {
            words.addAll(List.of("--user", "--preserve-credentials"));
        }
        words.addAll(List.of("sh", "-es"));
        return words;
    }

    private TunDevice open() throws IOException {
        say("exec " + FD + "<>/dev/net/tun");
        say("echo '" + OPENED + "'");
        String answer = hears.readLine();
        if (!OPENED.equals(answer)) {
            throw failed(answer == null ? "it ended" : answer);
        }
        Libc libc = new Libc();
        int fd = take(libc);
        try {
            String name = TunDevice.attach(libc, fd, options);
            configure(name);
            return new TunDevice(fd, name);
        } catch (RuntimeException | IOException e) {
            libc.close(fd);
            throw e;
        }
    }

    /** Takes the open file over from the shell. */
    private int take(Libc libc) {
        int process = libc.pidfdOpen(shell.pid());
        if (process < 0) {
            throw cannotTake(process);
        }
        int fd = libc.pidfdGetfd(process, FD);
        libc.close(process);
        if (fd < 0) {
            throw cannotTake(fd);
        }
        int failed = libc.setNonblocking(fd);
        if (failed < 0) {
            libc.close(fd);
            throw cannotTake(failed);
        }
        return fd;
    }

    private static RuntimeException cannotTake(int failed) {
        return Linux.failure(
                "a device's open file can't be taken over from a child; that needs Linux 5.6,"
                        + " and in a container the permission for pidfd_getfd: give it"
                        + " CAP_SYS_PTRACE",
                failed);
    }

    private void configure(String name) throws IOException {
        String device = "'" + name.replace("'", "'\\''") + "'";
        String queue = options.txQueueLength() > 0 ? " txqueuelen " + options.txQueueLength() : "";
        say("ip link set dev " + device + " mtu " + options.mtu() + queue + " up");
        say("ip link set dev lo up");
        route(options.address(), "ip -4", "", device);
        // Nobody else is there who could have the address.
        route(options.address6(), "ip -6", " nodad", device);
        says.close();
        String printed = hears.lines().collect(Collectors.joining("; "));
        try {
            if (shell.waitFor() != 0) {
                throw failed(printed);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failed("interrupted");
        }
    }

    private void route(Cidr cidr, String ip, String flags, String device) throws IOException {
        if (cidr == null) {
            return;
        }
        String address = cidr.address() + "/" + cidr.prefixLength();
        say(ip + " address add " + address + " dev " + device + flags);
        if (options.hasDefaultRoute()) {
            say(ip + " route add default dev " + device);
        }
    }

    private void say(String line) throws IOException {
        try {
            says.write(line + "\n");
            says.flush();
        } catch (IOException e) {
            // It has ended, and says why.
            throw failed(hears.lines().collect(Collectors.joining("; ")));
        }
    }

    private UncheckedIOException failed(String said) {
        return Linux.failure(
                "the device '"
                        + options.name()
                        + "' can't be set up in the namespace of process "
                        + options.process()
                        + ": "
                        + said,
                null);
    }

    /** The shell ends at the end of what it reads. */
    @Override
    public void close() throws IOException {
        shell.destroy();
        hears.close();
    }
}
