package io.finwait.nio;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A network namespace whose kernel speaks IP through {@code socat TUN UDP}: what comes in by UDP leaves a
 * TUN device, and the other way round. Only this needs root; the process that speaks with it does not.
 *
 * <pre>
 * this process, UDP 10.99.x.1 ==== veth pair ==== UDP 10.99.x.2, socat, TUN 10.98.0.1 (the kernel)
 * </pre>
 */
final class SocatLab implements AutoCloseable {

    /** The kernel's address inside. */
    static final String KERNEL = "10.98.0.1";

    /** Our address inside. */
    static final String OURS = "10.98.0.2";

    private static final int SOCAT_PORT = 7001;

    private final String name = "fwn" + ProcessHandle.current().pid();
    private final String network = "10.99." + ProcessHandle.current().pid() % 256;
    private final List<Process> processes = new ArrayList<>();

    private SocatLab() {}

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
        String inside = name + "b";
        run("ip", "netns", "add", name);
        run("ip", "link", "add", name + "a", "type", "veth", "peer", "name", inside);
        run("ip", "link", "set", inside, "netns", name);
        run("ip", "addr", "add", network + ".1/24", "dev", name + "a");
        run("ip", "link", "set", name + "a", "up");
        run("ip", "-n", name, "addr", "add", network + ".2/24", "dev", inside);
        run("ip", "-n", name, "link", "set", inside, "up");
        run("ip", "-n", name, "link", "set", "lo", "up");
    }

    /** Where our datagrams go to. */
    InetSocketAddress peer() {
        return new InetSocketAddress(network + ".2", SOCAT_PORT);
    }

    /** Where we receive them; any port. */
    InetSocketAddress local() {
        return new InetSocketAddress(network + ".1", 0);
    }

    /** Starts socat with us at the other end. */
    void connect(InetSocketAddress us) throws IOException, InterruptedException {
        start(
                "socat",
                "TUN:" + KERNEL + "/24,up,iff-no-pi",
                "UDP:"
                        + us.getAddress().getHostAddress()
                        + ":"
                        + us.getPort()
                        + ",bind="
                        + network
                        + ".2:"
                        + SOCAT_PORT);
        for (int attempt = 0; attempt < 500; attempt++) {
            if (run("ip", "-n", name, "addr").contains(KERNEL)) {
                return;
            }
        }
        throw new IOException("socat did not bring up its TUN device");
    }

    /** Starts a program in the namespace. */
    Process start(String... command) throws IOException {
        List<String> words = new ArrayList<>(List.of("ip", "netns", "exec", name));
        words.addAll(List.of(command));
        Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
        processes.add(process);
        return process;
    }

    /** Runs a program in the namespace to its end; what it printed. */
    String inside(String... command) throws IOException, InterruptedException {
        return finish(start(command));
    }

    /** Waits for a program; what it printed. */
    static String finish(Process process) throws IOException, InterruptedException {
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException("it ended with " + process.exitValue() + ": " + output);
        }
        return output;
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
            // With the namespace it would go too, but some time later.
            run("ip", "link", "del", name + "a");
            run("ip", "netns", "del", name);
        } catch (IOException e) {
            System.err.println("the namespace " + name + " may be left over: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
