package io.finwait.nio.socket.behaviour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import org.junit.jupiter.api.DynamicTest;

import java.io.IOException;
import java.nio.channels.spi.SelectorProvider;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import javax.net.ServerSocketFactory;
import javax.net.SocketFactory;

/**
 * Runs every program on the kernel's sockets and on ours over one transport or several, at the same
 * time: most of them wait for most of their time. The same comes of them everywhere, but for those
 * that give a reason.
 */
public final class SideBySide implements AutoCloseable {

    private static final String KERNEL = "kernel";
    private static final int PATIENCE_S = 120;

    /** Makes a place for one program. */
    @FunctionalInterface
    public interface Opener {

        /**
         * A new place.
         *
         * @param lane from 0; no two programs are in one lane at the same time, so that none finds
         *     a port taken that it has just given back
         */
        Stage open(int lane) throws IOException;
    }

    private final Map<String, Opener> openers = new LinkedHashMap<>();
    private final BlockingQueue<Integer> lanes = new LinkedBlockingQueue<>();
    private final ExecutorService programs;
    private final Map<Behaviour, CompletableFuture<Map<String, String>>> outcomes =
            new LinkedHashMap<>();

    /**
     * Nothing is run yet.
     *
     * @param atOnce how many programs are run at the same time
     * @param ours by the name of the transport
     */
    public SideBySide(int atOnce, Map<String, Opener> ours) {
        openers.put(KERNEL, SideBySide::kernels);
        openers.putAll(ours);
        lanes.addAll(IntStream.range(0, atOnce).boxed().toList());
        programs = Executors.newFixedThreadPool(atOnce);
    }

    /** An address of its own for each lane: all of 127.0.0.0/8 is this host on Linux. */
    private static Stage kernels(int lane) throws IOException {
        return new Stage(
                SocketFactory.getDefault(),
                ServerSocketFactory.getDefault(),
                "127.0.0.1",
                "127.0.7." + (lane + 1),
                SelectorProvider.provider(),
                SelectorProvider.provider(),
                () -> {});
    }

    /** Begins to run all programs; each test waits for one of them. */
    public Stream<DynamicTest> tests() {
        assumeTrue(
                System.getProperty("os.name").equals("Linux"),
                "what the kernel does is known for Linux only");
        List<Behaviour> all = Behaviours.all();
        all.forEach(
                each ->
                        outcomes.put(
                                each, CompletableFuture.supplyAsync(() -> run(each), programs)));
        return all.stream().map(each -> dynamicTest(each.name(), () -> compare(each)));
    }

    private Map<String, String> run(Behaviour program) {
        Map<String, CompletableFuture<String>> running = new LinkedHashMap<>();
        Map<String, Stage> stages = new LinkedHashMap<>();
        Map<String, String> ended = new LinkedHashMap<>();
        try {
            int lane = lanes.take();
            try {
                for (Map.Entry<String, Opener> each : openers.entrySet()) {
                    Stage stage = each.getValue().open(lane);
                    stages.put(each.getKey(), stage);
                    running.put(each.getKey(), program.begin(stage));
                }
                running.forEach((where, outcome) -> ended.put(where, outcome.join()));
            } finally {
                for (Stage each : stages.values()) {
                    each.close();
                }
                lanes.add(lane);
            }
        } catch (IOException e) {
            throw new IllegalStateException(program.name(), e);
        } catch (InterruptedException e) {
            throw new IllegalStateException("the test is over", e);
        }
        return ended;
    }

    private void compare(Behaviour program) throws Exception {
        Map<String, String> outcome = outcomes.get(program).get(PATIENCE_S, TimeUnit.SECONDS);
        String kernel = outcome.get(KERNEL);
        outcome.forEach(
                (where, what) -> {
                    if (where.equals(KERNEL)) {
                        return;
                    }
                    if (program.reason().isEmpty()) {
                        assertThat(what)
                                .as("ours over %s, as on the kernel", where)
                                .isEqualTo(kernel);
                    } else {
                        assertThat(what)
                                .as("over %s: %s", where, program.reason())
                                .isNotEqualTo(kernel);
                    }
                });
    }

    /** What came of a program on the kernel's sockets, once its test has passed. */
    String onKernel(Behaviour program) {
        return outcomes.get(program).join().get(KERNEL);
    }

    /** What came of it on ours, wherever it was run. */
    String onOurs(Behaviour program) {
        Map<String, String> outcome = new LinkedHashMap<>(outcomes.get(program).join());
        outcome.remove(KERNEL);
        List<String> different = outcome.values().stream().distinct().toList();
        assertThat(different).as(program.name() + ", over " + outcome.keySet()).hasSize(1);
        return different.get(0);
    }

    /** Ends the threads; programs that have not begun are not run. */
    @Override
    public void close() {
        programs.shutdownNow();
    }
}
