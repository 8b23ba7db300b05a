package io.finwait.sim.explore;

import io.finwait.tcp.EndpointConfig;
import io.finwait.tcp.internal.endpoint.TcpEndpoint;

import java.util.Arrays;
import java.util.Objects;
import java.util.function.BiFunction;
import java.util.function.LongConsumer;

/**
 * Breadth-first search through all interleavings within {@link Bounds}. A state is never copied: it
 * is the list of choices that leads to it, executed again on new endpoints. States of equal digest
 * are one.
 */
public final class Explorer {

    private static final int MOST_CHOICES = 64;

    private final Bounds bounds;
    private final BiFunction<EndpointConfig, ExploredWire, TcpEndpoint> factory;
    private final StateGraph graph = new StateGraph();
    private final Digest digest = new Digest();
    private final byte[] choices = new byte[MOST_CHOICES];
    private LongConsumer progress = states -> {};
    private byte[] path;

    /** The choice behind the path that leads to the violation, or -1 when the path itself does. */
    private byte lastChoice;

    private int longestPath;

    /** Explores the real endpoint. */
    public Explorer(Bounds bounds) {
        this(bounds, TcpEndpoint::new);
    }

    /** Explores what a factory makes; a test plants a bug there. */
    Explorer(Bounds bounds, BiFunction<EndpointConfig, ExploredWire, TcpEndpoint> factory) {
        this.bounds = Objects.requireNonNull(bounds, "bounds");
        this.factory = factory;
    }

    /** Receives, now and then, the number of states found so far. */
    public Explorer onProgress(LongConsumer newProgress) {
        progress = newProgress;
        return this;
    }

    /**
     * Searches until a violation is found, the frontier is empty or the bounds' most states are
     * there.
     */
    public ExplorationReport run() {
        ExploredWorld root = new ExploredWorld(bounds, factory, Witness.NOBODY);
        root.digest(digest);
        graph.add(digest.high, digest.low, -1, (byte) 0, root.isOver());
        int next = 0;
        while (next < graph.size() && graph.size() < bounds.maxStates()) {
            String violation = expand(next);
            if (violation != null) {
                return report(next, violation);
            }
            if ((++next & 0xFFF) == 0) {
                progress.accept(graph.size());
            }
        }
        boolean complete = next == graph.size();
        return complete ? afterwards() : report(next, null);
    }

    private String expand(int state) {
        path = graph.path(state);
        longestPath = Math.max(longestPath, path.length);
        ExploredWorld world = replay();
        int count = world.choices(choices);
        if (count == 0 && !world.isOver()) {
            lastChoice = -1;
            return "nothing more can happen, but the connection is not over";
        }
        byte[] open = Arrays.copyOf(choices, count);
        for (int i = 0; i < count; i++) {
            if (i > 0) {
                world = replay();
            }
            world.take(open[i]);
            if (world.violation() != null) {
                lastChoice = open[i];
                return world.violation();
            }
            world.digest(digest);
            int successor = graph.find(digest.high, digest.low);
            if (successor < 0) {
                successor = graph.add(digest.high, digest.low, state, open[i], world.isOver());
            }
            graph.edge(state, successor, Choice.kind(open[i]) == Choice.DELIVER);
        }
        return null;
    }

    private ExploredWorld replay() {
        ExploredWorld world = new ExploredWorld(bounds, factory, Witness.NOBODY);
        for (byte choice : path) {
            world.take(choice);
        }
        return world;
    }

    /**
     * When all states are known: no exchange goes on for ever, and every state has a way to the
     * end.
     */
    private ExplorationReport afterwards() {
        int storm = graph.firstOnACycleOfDeliveries();
        if (storm >= 0) {
            return reportAt(storm, "the two ends answer each other for ever");
        }
        int stuck = graph.firstThatCannotEnd();
        if (stuck >= 0) {
            return reportAt(stuck, "from here the two ends never both reach CLOSED");
        }
        return report(graph.size(), null);
    }

    private ExplorationReport reportAt(int state, String violation) {
        path = graph.path(state);
        lastChoice = -1;
        return report(graph.size(), violation);
    }

    private ExplorationReport report(int expanded, String violation) {
        return new ExplorationReport(
                bounds,
                graph.size(),
                expanded,
                graph.edges(),
                longestPath,
                violation,
                violation == null ? null : counterexample(violation));
    }

    private Counterexample counterexample(String violation) {
        byte[] all = path;
        if (lastChoice != -1) {
            all = Arrays.copyOf(path, path.length + 1);
            all[path.length] = lastChoice;
        }
        return new Counterexample(bounds, factory, all, violation);
    }
}
