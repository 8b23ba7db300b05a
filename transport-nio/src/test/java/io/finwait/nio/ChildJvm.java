package io.finwait.nio;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Another JVM with the classes of this one; what it says is read line by line. */
public final class ChildJvm implements AutoCloseable {

    private final Process process;
    private final BufferedReader lines;
    private final PrintWriter orders;
    private final List<String> said = new ArrayList<>();

    private ChildJvm(Process process) {
        this.process = process;
        lines = process.inputReader();
        orders = new PrintWriter(process.outputWriter(), true);
    }

    static ChildJvm start(Class<?> main, String... arguments) throws IOException {
        return start(List.of(), main, arguments);
    }

    /** With options of the JVM. */
    public static ChildJvm start(List<String> options, Class<?> main, String... arguments)
            throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-XX:+UseSerialGC");
        if (Runtime.version().feature() >= 23) {
            // Else JCTools is warned of.
            command.add("--sun-misc-unsafe-memory-access=allow");
        }
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(List.of(arguments));
        return new ChildJvm(new ProcessBuilder(command).redirectErrorStream(true).start());
    }

    /** Sends it a line. */
    void tell(String order) {
        orders.println(order);
    }

    /** Reads until it says this. */
    public void untilItSays(String line) throws IOException {
        String next;
        while ((next = lines.readLine()) != null) {
            said.add(next);
            if (next.equals(line)) {
                return;
            }
        }
        throw new AssertionError("the other process ended before it said '" + line + "': " + said);
    }

    /** Reads until it ends, which must be without an error. */
    public void untilItEnds() throws IOException, InterruptedException {
        lines.lines().forEach(said::add);
        if (process.waitFor() != 0) {
            throw new AssertionError("it ended with " + process.exitValue() + ": " + said);
        }
    }

    /** What follows a word at the beginning of a line that it has said. */
    public String said(String word) {
        return said.stream()
                .filter(line -> line.startsWith(word + " "))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no '" + word + "' in " + said))
                .substring(word.length() + 1);
    }

    /** Kills it, as {@code kill -9} does, and waits until it is gone. */
    public void kill() throws InterruptedException {
        process.destroyForcibly();
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            throw new AssertionError("process " + process.pid() + " can't be killed");
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
