package io.finwait.examples.story;

import io.finwait.examples.stage.Scene;
import io.finwait.examples.stage.Stage;
import io.finwait.tcp.ClosePolicy;
import io.finwait.trace.End;
import io.finwait.trace.TimeText;

import java.time.Duration;

/** Connections whose application has gone, and whose peer does not cooperate. */
public final class Orphan implements Story {

    @Override
    public void play(Stage stage) {
        boolean real = stage.settings().inRealTime();
        Duration timeout = Duration.ofSeconds(real ? 3 : 60);
        ClosePolicy policy =
                ClosePolicy.DEFAULT.withFinWait2Timeout(timeout).withOrphanRetries(real ? 3 : 8);
        try (Scene scene =
                stage.scene(
                        "An orphan, and a server that never closes",
                        "The client's application closes and is gone: nobody is left to read, so"
                                + " its TCP does not wait for ever. The server's application has"
                                + " a bug and never closes.",
                        setup -> setup.closePolicy(End.A, policy))) {
            Scene.Connected both = scene.connect();
            both.client().close();
            scene.quiet();
            scene.netstat("The client has closed");
            scene.passUntil(() -> scene.state(End.A).equals("CLOSED"));
            scene.netstat("After " + timeout.toSeconds() + " s");
            both.server().write("still there?");
            scene.pass(Duration.ofMillis(200));
            both.server().read(Duration.ofSeconds(1));
        }
        long took;
        try (Scene scene =
                stage.scene(
                        "An orphan, and a peer that has vanished",
                        "The client closes, and from that moment on the network carries nothing.",
                        setup -> setup.closePolicy(End.A, policy))) {
            Scene.Connected both = scene.connect();
            scene.cut(Duration.ofHours(1));
            long began = scene.nowNs();
            both.client().close();
            scene.passUntil(() -> scene.state(End.A).equals("CLOSED"));
            took = scene.nowNs() - began;
            scene.netstat("Given up");
        }
        stage.seen(
                "an orphan in FIN_WAIT_2 is forgotten after "
                        + timeout.toSeconds()
                        + " s, and whatever the server sends later is answered with RST; the"
                        + " server stays in CLOSE_WAIT until its application closes. The orphan"
                        + " that nobody answered gave up after "
                        + TimeText.duration(took)
                        + ". A connection whose application is still there would have waited.");
    }
}
