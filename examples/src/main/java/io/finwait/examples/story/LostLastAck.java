package io.finwait.examples.story;

import io.finwait.examples.stage.Scene;
import io.finwait.examples.stage.Stage;
import io.finwait.trace.End;

import java.time.Duration;

/** The last ACK is lost: the second reason for TIME-WAIT. */
public final class LostLastAck implements Story {

    @Override
    public void play(Stage stage) {
        try (Scene scene =
                stage.scene(
                        "The last ACK is lost, and TIME_WAIT is there",
                        "The end that closes second waits for one confirmation, the very last"
                                + " packet. Nothing confirms a confirmation, so its sender"
                                + " cannot know whether it arrived. That is why the end that"
                                + " closed first stays for a while and remembers.")) {
            closeAndLoseTheLastAck(scene);
            scene.netstat("After the repetition");
            if (!stage.settings().inRealTime()) {
                scene.note("2MSL, counted from the repeated FIN, pass");
                scene.passUntil(() -> !Scene.has(scene.client(), "TIME_WAIT"));
            }
        }
        try (Scene scene =
                stage.scene(
                        "The last ACK is lost, and there is no TIME_WAIT",
                        "The same, but the client's TCP forgets the connection as soon as both"
                                + " directions are closed.")) {
            scene.client().switches().timeWait(false);
            closeAndLoseTheLastAck(scene);
            scene.netstat("Afterwards");
        }
        stage.seen(
                "with TIME_WAIT the repeated FIN is answered with the same ACK again, and the"
                        + " server ends in order; without it the client answers with RST, and a"
                        + " perfect close ends in an error on the other side.");
    }

    private static void closeAndLoseTheLastAck(Scene scene) {
        Scene.Connected both = scene.connect();
        scene.pass(Duration.ofSeconds(1));
        scene.closeClientButForTimeWait(both);
        scene.quiet();
        scene.pass(Duration.ofMillis(100));
        both.server().read(Duration.ofSeconds(1));
        scene.loseNext(End.A, Segs.pureAck());
        both.server().close();
        scene.quiet();
    }
}
