package io.finwait.examples.story;

import io.finwait.examples.stage.Host;
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
        boolean isKernel;
        try (Scene scene =
                stage.scene(
                        "A new SYN meets LAST_ACK",
                        "The client has closed first and forgets the connection at once; its"
                                + " last confirmation is lost, so the server still holds the old"
                                + " connection. Now the client connects again, from the same"
                                + " port to the same server. Sequence numbers are shown as they"
                                + " are in the packets.",
                        setup -> setup.absoluteNumbers())) {
            leaveServerInLastAck(scene);
            isKernel = scene.client().isKernel();
            began = scene.nowNs();
            Peer again = scene.startConnect();
            scene.server().accept();
            scene.client().finishConnect(again);
            scene.quiet();
            took = scene.nowNs() - began;
            scene.netstat("Connected");
        }
        stage.seen(
                "the server answers the SYN with an ACK of the old connection (a challenge ACK,"
                        + " RFC 5961); the client answers with RST, which ends the old"
                        + " connection in LAST_ACK; and the SYN, repeated "
                        + (isKernel ? "at once, since Linux does not wait here" : "after a second")
                        + ", opens the new one. It took "
                        + took / 1_000_000
                        + " ms instead of one round trip: the price of forgetting early.");
    }

    private void playTextbook(Stage stage) {
        if (stage.settings().withKernel()) {
            stage.say(
                    "Linux cannot be made to behave as RFC 793 says: it has sent challenge ACKs"
                            + " for many years, and has no switch for this. Play this one where"
                            + " both hosts are ours.");
            stage.seen("nothing, this time.");
            return;
        }
        Outcome first;
        try (Scene scene =
                stage.scene(
                        "A new SYN meets LAST_ACK, in the textbook of 1981",
                        "The same meeting under RFC 793: a request for a connection that falls"
                                + " into the window of an open one is an error, and the server"
                                + " resets.",
                        setup -> setup.absoluteNumbers())) {
            scene.server().switches().challengesSyn(false);
            leaveServerInLastAck(scene);
            Peer again = scene.startConnect();
            first = scene.client().finishConnect(again);
            scene.note("the client tries once more");
            scene.client().switches().initialSequence(2 * NEW_CLIENT);
            Peer third = scene.startConnect();
            scene.server().accept();
            scene.client().finishConnect(third);
            scene.quiet();
            scene.netstat("Connected");
        }
        stage.seen(
                "the server's end in LAST_ACK answers the SYN with RST and is gone; the client's"
                        + " connect fails with \""
                        + first.text()
                        + "\", and only a second connect works. Anybody who guesses the ports"
                        + " could end a connection this way, so the rule is a different one"
                        + " today.");
    }

    /** UNA 1001, NXT 1002, RCV.NXT 51; the client knows nothing any more. */
    private static void leaveServerInLastAck(Scene scene) {
        scene.client().switches().timeWait(false);
        beginWith(scene.client(), OLD_CLIENT);
        beginWith(scene.server(), OLD_SERVER);
        Scene.Connected both = scene.connect();
        scene.closeClientButForTimeWait(both);
        scene.quiet();
        scene.loseNext(End.A, Segs.pureAck());
        both.server().close();
        scene.passUntil(() -> scene.state(End.A).equals("CLOSED"));
        beginWith(scene.server(), NEW_SERVER);
        beginWith(scene.client(), NEW_CLIENT);
    }

    private static void beginWith(Host host, int number) {
        if (!host.isKernel()) {
            host.switches().initialSequence(number);
        }
    }
}
