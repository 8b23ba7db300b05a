package io.finwait.examples.story;

import io.finwait.examples.stage.Outcome;
import io.finwait.examples.stage.Peer;
import io.finwait.examples.stage.Scene;
import io.finwait.examples.stage.Stage;
import io.finwait.trace.End;

/** A new SYN meets an end that still waits for the last ACK of the old connection. */
public final class LastAckSyn implements Story {

    private static final int OLD_CLIENT = 49;
    private static final int OLD_SERVER = 1000;
    private static final int NEW_CLIENT = 100;
    private static final int NEW_SERVER = 7000;

    private final boolean rfc793;

    /** As today, or as the textbook has it. */
    public LastAckSyn(boolean rfc793) {
        this.rfc793 = rfc793;
    }

    @Override
    public void play(Stage stage) {
        if (rfc793) {
            playTextbook(stage);
        } else {
            playToday(stage);
        }
    }

    private void playToday(Stage stage) {
        long began;
        long took;
        try (Scene scene =
                stage.scene(
                        "A new SYN meets LAST_ACK",
                        "The client has closed first and forgets the connection at once; its last"
                            + " confirmation is lost, so the server still holds the old connection."
                            + " Now the client connects again, from the same port to the same"
                            + " server. The numbers are shown as they are in the packets.",
                        setup -> setup.absoluteNumbers())) {
            leaveServerInLastAck(scene, stage);
            began = scene.nowNs();
            Peer again = scene.client().startConnect(scene.server(), Scene.PORT, Scene.CLIENT_PORT);
            scene.server().accept();
            scene.client().finishConnect(again);
            scene.quiet();
            took = scene.nowNs() - began;
            scene.netstat("Connected");
        }
        stage.seen(
                "the server answers the SYN with an ACK that makes no sense to a beginner"
                        + " (a challenge ACK, RFC 5961); the client answers RST, which ends the old"
                        + " connection in LAST_ACK; and the SYN, repeated after a second, opens the"
                        + " new one. It took "
                        + took / 1_000_000
                        + " ms instead of one round trip: the price of forgetting early.");
    }

    private void playTextbook(Stage stage) {
        if (stage.settings().withKernel()) {
            stage.say(
                    "Linux can't be made to behave as RFC 793 says: it has sent challenge ACKs for"
                            + " many years, and has no switch for it. Play this one without"
                            + " --transport tun.");
            stage.seen("nothing, this time.");
            return;
        }
        Outcome first;
        try (Scene scene =
                stage.scene(
                        "A new SYN meets LAST_ACK, in the textbook of 1981",
                        "The same meeting under RFC 793: a request for a connection that falls into"
                                + " the window of an open one is an error, and the server resets.",
                        setup -> setup.absoluteNumbers())) {
            scene.tcp(End.B).defences().challengesSyn(false);
            leaveServerInLastAck(scene, stage);
            Peer again = scene.client().startConnect(scene.server(), Scene.PORT, Scene.CLIENT_PORT);
            first = scene.client().finishConnect(again);
            scene.note("the client tries once more");
            scene.tcp(End.A).initialSequence().fix(2 * NEW_CLIENT);
            Peer third = scene.client().startConnect(scene.server(), Scene.PORT, Scene.CLIENT_PORT);
            scene.server().accept();
            scene.client().finishConnect(third);
            scene.quiet();
            scene.netstat("Connected");
        }
        stage.seen(
                "the server's end in LAST_ACK answers the SYN with RST and is gone; the client's"
                        + " connect fails with \""
                        + first.text()
                        + "\", and only a second connect works. Anybody who guesses the ports could"
                        + " end a connection this way, so today's rule is another one.");
    }

    /** UNA 1001, NXT 1002, RCV.NXT 51; the client knows nothing any more. */
    private static void leaveServerInLastAck(Scene scene, Stage stage) {
        boolean simulated = !stage.settings().withKernel();
        scene.tcp(End.A).defences().timeWait(false);
        scene.tcp(End.A).initialSequence().fix(OLD_CLIENT);
        if (simulated) {
            scene.tcp(End.B).initialSequence().fix(OLD_SERVER);
        }
        Scene.Connected both = scene.connect();
        both.client().close();
        scene.quiet();
        scene.loseNext(End.A, Segs.pureAck());
        both.server().close();
        scene.passUntil(() -> scene.state(End.A).equals("CLOSED"));
        if (simulated) {
            scene.tcp(End.B).initialSequence().fix(NEW_SERVER);
        }
        scene.tcp(End.A).initialSequence().fix(NEW_CLIENT);
    }
}
