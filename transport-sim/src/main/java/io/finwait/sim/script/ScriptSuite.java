package io.finwait.sim.script;

import io.finwait.sim.script.ScriptResult.Outcome;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Runs many scripts, several at once; their results come in the order of the files. */
public final class ScriptSuite {

    private final ScriptOptions options;
    private final Map<String, String> definitions;
    private final int threads;

    /**
     * A suite.
     *
     * @param options how each script is run
     * @param definitions what {@code -D NAME=VALUE} defines, added to what the profile defines
     * @param threads how many scripts run at a time, at least 1
     */
    public ScriptSuite(ScriptOptions options, Map<String, String> definitions, int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException(threads + " threads; choose 1 or more");
        }
        this.options = options;
        this.definitions = new HashMap<>(options.profile().definitions());
        this.definitions.putAll(definitions);
        this.threads = threads;
    }

    /**
     * Finds scripts: the files themselves, and everything named {@code *.pkt} below folders,
     * sorted.
     *
     * @throws IOException when a path does not exist or can't be read
     */
    public static List<Path> find(Collection<Path> filesAndFolders) throws IOException {
        List<Path> found = new ArrayList<>();
        for (Path path : filesAndFolders) {
            if (!Files.isDirectory(path)) {
                // A path that does not exist is an error now, not a failed script later.
                path.getFileSystem().provider().checkAccess(path);
                found.add(path);
                continue;
            }
            try (Stream<Path> files = Files.walk(path)) {
                files.filter(f -> f.toString().endsWith(".pkt")).sorted().forEach(found::add);
            }
        }
        return found;
    }

    /**
     * Runs scripts. What can't be read or parsed counts as failed.
     *
     * @param progress is told each result in the order of the files, on the calling thread
     */
    public List<ScriptResult> run(List<Path> files, Consumer<? super ScriptResult> progress)
            throws InterruptedException {
        List<ScriptResult> results = new ArrayList<>();
        ExecutorService executor = Executors.newFixedThreadPool(threads, ScriptSuite::daemon);
        try {
            List<Future<ScriptResult>> running = new ArrayList<>();
            for (Path file : files) {
                running.add(executor.submit(() -> run(file)));
            }
            for (Future<ScriptResult> each : running) {
                ScriptResult result = each.get();
                results.add(result);
                progress.accept(result);
            }
        } catch (ExecutionException e) {
            throw new AssertionError("running a script never throws", e.getCause());
        } finally {
            // After an interrupt, or when the listener throws, the remaining scripts are cancelled.
            executor.shutdownNow();
        }
        return results;
    }

    private static Thread daemon(Runnable work) {
        Thread thread = new Thread(work, "script");
        thread.setDaemon(true);
        return thread;
    }

    private ScriptResult run(Path file) {
        String name = file.toString();
        try {
            return PacketScript.of(file, definitions).run(options);
        } catch (ScriptSyntaxException e) {
            return new ScriptResult(
                    name, Outcome.FAILED, e.line(), "syntax: " + e.problem(), e.getMessage(), 0);
        } catch (IOException e) {
            String reason =
                    e instanceof CharacterCodingException
                            ? "is not text in UTF-8"
                            : "can't be read: " + e;
            return new ScriptResult(name, Outcome.FAILED, 0, reason, name + ": " + reason, 0);
        }
    }
}
