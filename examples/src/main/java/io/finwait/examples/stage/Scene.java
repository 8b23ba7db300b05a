package io.finwait.examples.stage;

import io.finwait.trace.End;
import io.finwait.trace.Ladder;
import io.finwait.trace.NetstatRow;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;

/**
 * One run of two hosts that begins at time 0. Everything that happens is put on its ladder, which the
 * {@link Stage} shows when the scene is closed.
 */
public final class Scene implements AutoCloseable {

    /** The port that servers listen at. */
    public static final int PORT = 12_345;

    /** The port that clients connect from. */
    public static final int CLIENT_PORT = 50_000;

    private static final Duration LONGEST = Duration.ofMinutes(10);

    /** States in which an end waits for an answer that must come soon, or be asked for again. */
    private static final Set<String> EXPECTING =
            Set.of("SYN_SENT", "SYN_RECEIVED", "FIN_WAIT_1", "CLOSING", "LAST_ACK");

    /** Both ends of a connection. */
    public record Connected(Peer client, Peer server) {}

    private final Stage stage;
    private final World world;
    private final Recorder recorder;
    private final String intro;

    Scene(Stage stage, World world, Recorder recorder, String intro) {
        this.stage = stage;
        this.world = world;
        this.recorder = recorder;
        this.intro = intro;
        recorder.begins(0, End.A, "CLOSED");
        recorder.begins(0, End.B, "CLOSED");
    }

    public Host client() {
        return world.client();
    }

    public Host server() {
        return world.server();
    }

    /** The ladder as told so far. */
    public Ladder ladder() {
        return recorder.ladder();
    }

    String intro() {
        return intro;
    }

    Recorder recorder() {
        return recorder;
    }

    World world() {
        return world;
    }

    /** The server listens, the client connects, the server accepts. */
    public Connected connect() {
        server().listen(PORT);
        Peer client = client().startConnect(server(), PORT, CLIENT_PORT);
        Peer accepted = server().accept();
        client().finishConnect(client);
        quiet();
        return new Connected(client, accepted);
    }

    /** Lets time pass. */
    public void pass(Duration time) {
        world.pass(time);
    }

    /** Lets time pass until a condition holds, ten minutes at most. */
    public boolean passUntil(BooleanSupplier condition) {
        return world.passUntil(condition, LONGEST);
    }

    /** Makes two calls before either end can hear of the other one's. */
    public void together(Runnable first, Runnable second) {
        world.atOnce(
                () -> {
                    first.run();
                    second.run();
                });
    }

    /** Lets time pass until nothing is under way and nobody expects an answer. */
    public void quiet() {
        world.settle();
        passUntil(() -> !world.packetsUnderWay() && !expecting(client()) && !expecting(server()));
    }

    private static boolean expecting(Host host) {
        for (NetstatRow row : host.netstat()) {
            boolean unacknowledged = row.sendQueue() > 0 && !row.state().equals("LISTEN");
            if (unacknowledged || EXPECTING.contains(row.state())) {
                return true;
            }
        }
        return false;
    }

    /** The time since the scene began, in nanoseconds. */
    public long nowNs() {
        return world.nowNs();
    }

    /** The state that an end was in last. */
    public String state(End end) {
        return recorder.state(end);
    }

    /** True when a host has a connection in this state. */
    public static boolean has(Host host, String state) {
        return host.netstat().stream().anyMatch(row -> row.state().equals(state));
    }

    /** Writes a remark between the ends. */
    public void note(String text) {
        recorder.ladder().note(world.nowNs(), text);
    }

    /** Shows what netstat says at both ends. */
    public void netstat(String when) {
        List<String> lines = new ArrayList<>(client().look());
        lines.add("");
        lines.add(lookedAt(server()) + ":");
        lines.addAll(server().look());
        ladder().block(world.nowNs(), when + ". " + lookedAt(client()) + ":", lines);
    }

    private String lookedAt(Host host) {
        return (host.isKernel() ? "ss -tan of the " : "netstat of the ")
                + ladder().name(host.end());
    }

    @Override
    public void close() {
        try (world;
                recorder) {
            stage.show(this);
        }
    }
}
