package io.finwait.examples.stage;

import io.finwait.trace.End;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;

/** A JVM that runs an {@link OtherProcess}, as seen from here. */
final class OtherJvm implements AutoCloseable {

    private final Process process;
    private final DataOutputStream orders;
    private final Queue<Message> told = new ConcurrentLinkedQueue<>();
    private final Runnable wakeup;
    private volatile boolean ended;

    private OtherJvm(Process process, Runnable wakeup) {
        this.process = process;
        this.wakeup = wakeup;
        orders = new DataOutputStream(new BufferedOutputStream(process.getOutputStream()));
        Thread.ofPlatform().daemon().name("finwait-other-jvm").start(this::read);
    }

    /**
     * Starts the JVM that this one is, with the same classes.
     *
     * @param wakeup called when it has told something
     */
    static OtherJvm start(
            String uri, End end, long originNs, Duration twoMsl, Tcp special, Runnable wakeup) {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        List<String> command = new ArrayList<>(List.of(java, "-XX:+UseSerialGC"));
        command.addAll(List.of("-XX:TieredStopAtLevel=1", "-Xshare:auto"));
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        command.addAll(List.of(OtherProcess.class.getName(), uri, end.name()));
        command.addAll(List.of(String.valueOf(originNs), String.valueOf(twoMsl.toNanos())));
        command.addAll(special.words());
        try {
            return new OtherJvm(
                    new ProcessBuilder(command)
                            .redirectError(ProcessBuilder.Redirect.INHERIT)
                            .start(),
                    wakeup);
        } catch (IOException e) {
            throw new UncheckedIOException("a second JVM can't be started: " + e.getMessage(), e);
        }
    }

    private void read() {
        try (DataInputStream in =
                new DataInputStream(new BufferedInputStream(process.getInputStream()))) {
            while (true) {
                told.add(Message.read(in));
                wakeup.run();
            }
        } catch (IOException e) {
            ended = true;
            wakeup.run();
        }
    }

    void tell(Message order) {
        try {
            order.write(orders);
        } catch (IOException e) {
            throw new UncheckedIOException("the other process has ended", e);
        }
    }

    /** What it told first of what was not taken; null for nothing. */
    Message take() {
        return told.poll();
    }

    boolean hasEnded() {
        return ended && told.isEmpty();
    }

    @Override
    public void close() {
        try (DataOutputStream _ = orders) {
            // Its input ends, and so does it.
        } catch (IOException e) {
            // It has ended before.
        }
        try {
            if (!process.waitFor(5, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
