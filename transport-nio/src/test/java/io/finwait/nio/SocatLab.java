package io.finwait.nio;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * A network namespace whose kernel speaks IP through {@code socat TUN UDP}: what comes in by UDP
 * leaves a TUN device, and the other way round. Only this needs root; the process that speaks with
 * it does not.
 *
 * <pre>
 * this process, UDP 127.0.0.1 ==== UDP 127.x.y.z, socat | TUN 10.98.0.1 (the kernel)
 * </pre>
 *
 * <p>Socat stays outside and its device moves into the namespace, so nothing outside has an address
 * that another run could want as well. Names and the loopback address are drawn at random: neither
 * a second run on the same machine nor what a killed one has left is in the way.
 */
final class SocatLab implements AutoCloseable {

    /** The kernel's address inside. */
    static final String KERNEL = "10.98.0.1";

    /** Our address inside. */
    static final String OURS = "10.98.0.2";

    private static final int SOCAT_PORT = 7001;

    /**
     * Socat ends of its own after so many seconds without a packet: whoever started it may be
     * killed.
     */
    private static final String MOST_IDLE_SECONDS = "300";

    private static final int LONGEST_SECONDS = 60;

    private final String name;
    private final String socatAddress;
    private final List<Process> processes = new ArrayList<>();

    private SocatLab() {
        SecureRandom random = new SecureRandom();
        // Names of devices have 15 characters at most.
        name = "fwn%08x".formatted(random.nextInt());
        socatAddress =
                "127.%d.%d.%d"
                        .formatted(
                                1 + random.nextInt(254),
                                random.nextInt(256),
                                1 + random.nextInt(254));
    }

    /** Null when everything is here, else the sentence that says what is not. */
    static String missing() {
        if (!"root".equals(System.getProperty("user.name"))) {
            return "a network namespace needs root";
        }
        if (!Files.exists(Path.of("/dev/net/tun"))) {
            return "there is no /dev/net/tun";
        }
        for (String tool : List.of("ip", "socat", "curl")) {
            boolean found =
                    List.of("/usr/sbin", "/usr/bin", "/sbin", "/bin").stream()
                            .anyMatch(folder -> Files.isExecutable(Path.of(folder, tool)));
            if (!found) {
                return "the package with '" + tool + "' is not installed";
            }
        }
        return null;
    }

    static SocatLab open() throws IOException, InterruptedException {
        SocatLab lab = new SocatLab();
        try {
            lab.build();
        } catch (IOException | InterruptedException | RuntimeException e) {
            lab.close();
            throw e;
        }
        return lab;
    }

    private void build() throws IOException, InterruptedException {
        run("ip", "netns", "add", name);
        run("ip", "-n", name, "link", "set", "lo", "up");
    }

    /** Where our datagrams go to. */
    InetSocketAddress peer() {
        return new InetSocketAddress(socatAddress, SOCAT_PORT);
    }

    /** Where we receive them; any port. */
    InetSocketAddress local() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    /** Starts socat with us at the other end. */
    void connect(InetSocketAddress us) throws IOException, InterruptedException {
        String ours = us.getAddress().getHostAddress() + ":" + us.getPort();
        Process socat =
                begin(
                        "socat",
                        "-T",
                        MOST_IDLE_SECONDS,
                        "TUN,tun-name=" + name + ",iff-no-pi",
                        "UDP:" + ours + ",bind=" + socatAddress + ":" + SOCAT_PORT);
        awaitDevice(socat);
        run("ip", "link", "set", name, "netns", name);
        run("ip", "-n", name, "addr", "add", KERNEL + "/24", "dev", name);
        run("ip", "-n", name, "link", "set", name, "up");
    }

    /**
     * Waits until socat has done with its device. It asks the kernel for the device's flags by its
     * name after making it, and ends when the device has been moved away meanwhile; its other
     * socket is opened behind that.
     */
    private void awaitDevice(Process socat) throws IOException, InterruptedException {
        byte[] octets = InetAddress.getByName(socatAddress).getAddress();
        StringBuilder bound = new StringBuilder();
        for (int i = octets.length - 1; i >= 0; i--) {
            bound.append("%02X".formatted(octets[i]));
        }
        bound.append(":%04X ".formatted(SOCAT_PORT));
        long beganNs = System.nanoTime();
        while (!Files.readString(Path.of("/proc/net/udp")).contains(bound)) {
            if (socat.waitFor(1, TimeUnit.MILLISECONDS)) {
                throw new IOException("socat made no TUN device: " + output(socat));
            }
            if (System.nanoTime() - beganNs > TimeUnit.SECONDS.toNanos(LONGEST_SECONDS)) {
                throw new IOException("socat opens no UDP socket at " + socatAddress);
            }
        }
    }

    /** Starts a program in the namespace. */
    Process start(String... command) throws IOException {
        List<String> words = new ArrayList<>(List.of("ip", "netns", "exec", name));
        words.addAll(List.of(command));
        return begin(words.toArray(String[]::new));
    }

    private Process begin(String... command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        processes.add(process);
        return process;
    }

    /** Runs a program in the namespace to its end; what it printed. */
    String inside(String... command) throws IOException, InterruptedException {
        return finish(start(command));
    }

    /** Waits for a program, a minute at most; what it printed. */
    static String finish(Process process) throws IOException, InterruptedException {
        CompletableFuture<Void> late =
                CompletableFuture.runAsync(
                        process::destroyForcibly,
                        CompletableFuture.delayedExecutor(LONGEST_SECONDS, TimeUnit.SECONDS));
        String output = output(process);
        int exit = process.waitFor();
        if (!late.cancel(false)) {
            throw new IOException(
                    "it did not end within " + LONGEST_SECONDS + " s and was killed: " + output);
        }
        if (exit != 0) {
            throw new IOException("it ended with " + exit + ": " + output);
        }
        return output;
    }

    private static String output(Process process) throws IOException {
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    private static String run(String... command) throws IOException, InterruptedException {
        return finish(new ProcessBuilder(command).redirectErrorStream(true).start());
    }

    @Override
    public void close() {
        try {
            for (Process process : processes) {
                process.destroy();
                process.waitFor(10, TimeUnit.SECONDS);
            }
            run("ip", "netns", "del", name);
        } catch (IOException e) {
            System.err.println("the namespace " + name + " may be left over: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
