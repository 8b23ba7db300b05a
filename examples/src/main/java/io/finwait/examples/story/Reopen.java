package io.finwait.examples.story;

import io.finwait.examples.stage.Peer;
import io.finwait.examples.stage.Scene;
import io.finwait.examples.stage.Settings;
import io.finwait.examples.stage.Stage;
import io.finwait.trace.End;
import io.finwait.wire.Segment;

import java.time.Duration;
import java.util.function.Predicate;

/** A SYN for a pair of ports in TIME-WAIT: a new one opens it again, an old one does not. */
public final class Reopen implements Story {

    private static final Duration BACK = Duration.ofSeconds(2);
    private static final Duration LATE = Duration.ofSeconds(5);
    private static final Duration LONGEST_REAL_WAIT = Duration.ofSeconds(10);

    @Override
    public void play(Stage stage) {
        playNewSyn(stage);
        if (stage.settings().place() == Settings.Place.KERNEL) {
            stage.say(
                    "The second half, an old SYN, needs a server of ours: Linux forgets its"
                            + " TIME_WAIT as soon as the SYN arrives, and has nothing to return"
                            + " to. Play it with --transport tun, where Linux is the client then.");
        } else {
            playOldSyn(stage);
        }
        stage.seen(
                "a client that connects from the same port again need not wait for 2MSL: its"
                        + " timestamp, or its initial sequence number, proves that the SYN is"
                        + " new (RFC 6191). The old connection is only set aside until the new"
                        + " one is open. If the SYN turns out to be old, TIME_WAIT is restored,"
                        + " and ends when it would have ended.");
    }

    /**
     * A part of TIME-WAIT, so that what comes then meets it; and no longer than anybody looks on.
     */
    private static Duration within(Stage stage, Duration longest) {
        Duration third = stage.settings().twoMsl().dividedBy(3);
        return third.compareTo(longest) < 0 ? third : longest;
    }

    private static void playNewSyn(Stage stage) {
        try (Scene scene =
                stage.scene(
                        "A new SYN opens a pair of ports in TIME_WAIT again",
                        "The server closes first, so TIME_WAIT is on the server. The client,"
                                + " whose port is free, connects from it again a little later.")) {
            closeServerFirst(scene);
            scene.netstat("Closed");
            scene.pass(within(stage, BACK));
            Peer again = scene.startConnect();
            scene.server().accept();
            scene.client().finishConnect(again);
            scene.quiet();
            scene.netstat("Open again");
        }
    }

    /** The server is ours also where one host is Linux. */
    private static void playOldSyn(Stage stage) {
        String client = stage.settings().withKernel() ? "The client, now Linux," : "The client";
        try (Scene scene =
                stage.scene(
                        "An old SYN does not end TIME_WAIT",
                        "The same close. "
                                + client
                                + " connects again, but the network holds its SYN back, and the"
                                + " client gives up. Then the SYN arrives, and to the server it"
                                + " looks new.",
                        setup -> setup.kernelIs(End.A))) {
            closeServerFirst(scene);
            scene.pass(within(stage, BACK));
            boolean[] held = new boolean[1];
            Predicate<Segment> firstSyn = seg -> seg.hasSyn() && !held[0] && (held[0] = true);
            Duration late = within(stage, LATE);
            scene.delay(End.A, firstSyn, late);
            Peer again = scene.startConnect();
            scene.pass(late.dividedBy(10));
            again.close();
            scene.pass(late);
            scene.quiet();
            scene.netstat("The SYN has come, and was refused by the client itself");
            if (stage.settings().inRealTime()
                    && stage.settings().twoMsl().compareTo(LONGEST_REAL_WAIT) > 0) {
                return;
            }
            scene.note("2MSL, counted from the first close, pass");
            scene.passUntil(() -> !Scene.has(scene.server(), "TIME_WAIT"));
        }
    }

    private static void closeServerFirst(Scene scene) {
        Scene.Connected both = scene.connect();
        scene.pass(Duration.ofSeconds(1));
        both.server().close();
        scene.quiet();
        scene.pass(Duration.ofMillis(100));
        both.client().read(Duration.ofSeconds(1));
        both.client().close();
        scene.quiet();
    }
}
