package io.finwait.examples.stage;

import io.finwait.picture.Ladder;
import io.finwait.trace.End;
import io.finwait.trace.NetstatRow;
import io.finwait.wire.Segment;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/**
 * One run of two hosts that begins at time 0. Everything that happens is put on its ladder, which
 * the {@link Stage} shows when the scene is closed.
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
        Peer client = startConnect();
        Peer accepted = server().accept();
        client().finishConnect(client);
        quiet();
        return new Connected(client, accepted);
    }

    /**
     * The client begins to connect and does not wait for the answer.
     *
     * @return null when it refuses to, because the pair of ports is in use
     */
    public Peer startConnect() {
        return client().startConnect(server().address(), PORT, CLIENT_PORT);
    }

    /**
     * The client closes in a way that leaves its TCP's memory of the connection to TIME-WAIT alone:
     * Linux keeps what was closed entirely in the table of TIME-WAIT from FIN_WAIT_2 on.
     */
    public void closeClientButForTimeWait(Connected both) {
        if (client().isKernel()) {
            both.client().shutdownOutput();
        } else {
            both.client().close();
        }
    }

    /** The network namespace of the kernel's end; empty where there is none. */
    public String place() {
        return world.place();
    }

    /** Lets time pass. */
    public void pass(Duration time) {
        world.pass(time);
    }

    /** Lets time pass until a condition holds, ten minutes at most. */
    public boolean passUntil(BooleanSupplier condition) {
        return world.passUntil(condition, LONGEST);
    }

    /** Both applications close before either can hear of the other one. */
    public void closeTogether(Connected both) {
        boolean clientFirst = world.beginsAtOnce() == End.A;
        world.atOnce(
                () -> {
                    (clientFirst ? both.client() : both.server()).close();
                    (clientFirst ? both.server() : both.client()).close();
                });
        world.settle();
    }

    /** Loses the next segment of this kind that an end sends. */
    public void loseNext(End from, Predicate<Segment> which) {
        world.lose(from, which, true);
    }

    /** Loses all segments of this kind that an end sends from now on. */
    public void loseAll(End from, Predicate<Segment> which) {
        world.lose(from, which, false);
    }

    /** Keeps a copy of the next such segment; what comes back lets it arrive. */
    public Runnable keepCopy(End from, Predicate<Segment> which) {
        return world.keepCopy(from, which)::arrive;
    }

    /** Lets segments of this kind travel longer. */
    public void delay(End from, Predicate<Segment> which, Duration longer) {
        world.delay(from, which, longer);
    }

    /** Loses everything for some time. */
    public void cut(Duration time) {
        world.cut(time);
    }

    /** Lets time pass up to this long after the beginning. */
    public void passTo(Duration time) {
        world.pass(time.minusNanos(world.nowNs()));
    }

    /** Lets time pass until nothing is under way and nobody expects an answer. */
    public void quiet() {
        world.settle();
        passUntil(() -> !world.packetsUnderWay() && !expecting(client()) && !expecting(server()));
    }

    /** The same where the network keeps a packet back. */
    public void quietButForCopies() {
        world.settle();
        passUntil(() -> !expecting(client()) && !expecting(server()));
        pass(Duration.ofMillis(100));
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
        return host.tool() + " of the " + ladder().name(host.end());
    }

    @Override
    public void close() {
        try (world;
                recorder) {
            recorder.end();
            stage.show(this);
        }
    }
}
