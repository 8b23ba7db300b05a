package io.finwait.nio.control;

import io.finwait.nio.internal.SocketFile;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Finds the stacks of this user that run now. */
public final class RunningStacks {

    private static final Logger LOG = LoggerFactory.getLogger(RunningStacks.class);
    private static final Pattern FILE = Pattern.compile("([A-Za-z0-9_-]+)\\.(\\d{1,18})\\.\\d+");

    private RunningStacks() {}

    /** The folder to search. */
    public static Path folder() {
        return RunFolder.path();
    }

    /**
     * The stacks, by name and process. A socket that a process has left behind, killed for
     * instance, is removed.
     *
     * @throws IOException when it can't be looked; the message says what to do
     */
    public static List<RunningStack> list() throws IOException {
        return list(RunFolder.path());
    }

    static List<RunningStack> list(Path folder) throws IOException {
        List<RunningStack> running = new ArrayList<>();
        if (!Files.exists(folder)) {
            return running;
        }
        RunFolder.require(folder);
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Matcher name = FILE.matcher(file.getFileName().toString());
                if (!name.matches() || !SocketFile.isSocket(file)) {
                    continue;
                }
                long pid = Long.parseLong(name.group(2));
                if (ProcessHandle.of(pid).isPresent()) {
                    running.add(new RunningStack(name.group(1), pid, file));
                } else {
                    LOG.debug("process {} has left its control socket behind", pid);
                    Files.deleteIfExists(file);
                }
            }
        }
        running.sort(Comparator.comparing(RunningStack::name).thenComparingLong(RunningStack::pid));
        return running;
    }
}
