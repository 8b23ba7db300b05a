package io.finwait.examples.story;

import io.finwait.examples.stage.Outcome;
import io.finwait.examples.stage.Scene;
import io.finwait.examples.stage.Stage;

import java.time.Duration;

/** Ending a connection at once. */
public final class Abort implements Story {

    @Override
    public void play(Stage stage) {
        Outcome read;
        try (Scene scene =
                stage.scene(
                        "Abort",
                        "The client does not close the connection, it aborts it: one packet, no"
                                + " confirmation, nothing to wait for.")) {
            Scene.Connected both = scene.connect();
            both.client().write("half a sent");
            scene.quiet();
            both.server().read(Duration.ofSeconds(1));
            both.client().abort();
            scene.quiet();
            scene.pass(Duration.ofMillis(100));
            read = both.server().read(Duration.ofSeconds(1));
            scene.netstat("Afterwards");
        }
        stage.seen(
                "one RST ended both directions, no end stays in TIME_WAIT, and the server's read"
                        + " said \""
                        + read.text()
                        + "\": so it can tell this from an orderly end, and must not mistake"
                        + " what it has for all there was.");
    }
}
