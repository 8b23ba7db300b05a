package io.finwait.examples.story;

import io.finwait.examples.stage.Peer;
import io.finwait.examples.stage.Scene;
import io.finwait.examples.stage.Stage;
import io.finwait.trace.End;
import io.finwait.wire.Segment;

import java.time.Duration;
import java.util.function.Predicate;

/** A SYN for a pair of ports in TIME-WAIT: a new one opens it again, an old one does not. */
public final class Reopen implements Story {

    private static final Duration LATE = Duration.ofSeconds(5);

    @Override
    public void play(Stage stage) {
        playNewSyn(stage);
        if (stage.settings().withKernel()) {
            stage.say(
                    "The second half, an old SYN, is played without --transport tun only: Linux"
                            + " forgets its TIME_WAIT as soon as the SYN comes, and has nothing to"
                            + " return to.");
        } else if (stage.settings().inRealTime()) {
            stage.say(
                    "The second half delays one packet by virtual time; play it without"
                            + " --transport.");
        } else {
            playOldSyn(stage);
        }
        stage.seen(
                "a client that comes back from the same port need not wait for 2MSL: its timestamp,"
                        + " or its first number, proves that the SYN is new (RFC 6191). The old"
                        + " connection is only put aside until the new one is open. When the SYN"
                        + " was an old one after all, TIME_WAIT is back, and ends when it would"
                        + " have ended.");
    }

    private static void playNewSyn(Stage stage) {
        try (Scene scene =
                stage.scene(
                        "A new SYN opens a pair of ports in TIME_WAIT again",
                        "The server closes first, so TIME_WAIT is at the server. The client, whose"
                                + " port is free, comes back from it two seconds later.")) {
            closeServerFirst(scene);
            scene.netstat("Closed");
            scene.pass(Duration.ofSeconds(2));
            Peer again = scene.startConnect();
            scene.server().accept();
            scene.client().finishConnect(again);
            scene.quiet();
            scene.netstat("Open again");
        }
    }

    private static void playOldSyn(Stage stage) {
        try (Scene scene =
                stage.scene(
                        "An old SYN does not end TIME_WAIT",
                        "The same close. The client connects again, but the network holds its SYN"
                                + " back, and the client gives up. Then the SYN arrives: for the"
                                + " server it looks new.")) {
            closeServerFirst(scene);
            scene.pass(Duration.ofSeconds(2));
            boolean[] held = new boolean[1];
            Predicate<Segment> firstSyn = seg -> seg.hasSyn() && !held[0] && (held[0] = true);
            scene.delay(End.A, firstSyn, LATE);
            Peer again = scene.startConnect();
            scene.pass(Duration.ofMillis(500));
            again.close();
            scene.pass(LATE);
            scene.quiet();
            scene.netstat("The SYN has come, and was refused by the client itself");
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
