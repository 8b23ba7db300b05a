package io.finwait.examples.story;

import io.finwait.examples.stage.Scene;
import io.finwait.examples.stage.Stage;
import io.finwait.tcp.ClosePolicy;
import io.finwait.trace.End;
import io.finwait.trace.TimeText;

import java.time.Duration;

/** Connections whose application has gone, and whose peer does not play along. */
public final class Orphan implements Story {

    @Override
    public void play(Stage stage) {
        boolean real = stage.settings().inRealTime();
        Duration timeout = Duration.ofSeconds(real ? 3 : 60);
        ClosePolicy policy =
                ClosePolicy.DEFAULT
                        .withFinWait2TimeoutNs(timeout.toNanos())
                        .withOrphanRetries(real ? 3 : 8);
        try (Scene scene =
                stage.scene(
                        "An orphan, and a server that never closes",
                        "The client's application closes and is gone: nobody is left who could"
                            + " read, so its TCP does not wait for ever. The server's application"
                            + " has a bug and never closes.",
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
                        "The client closes, and from this moment on the network carries nothing.",
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
                        + " s, and whatever the server says later is answered by RST; the server's"
                        + " CLOSE_WAIT stays until its application closes. An orphan that nobody"
                        + " answers gave up after "
                        + TimeText.duration(took)
                        + ". A connection whose application is alive would have waited.");
    }
}
