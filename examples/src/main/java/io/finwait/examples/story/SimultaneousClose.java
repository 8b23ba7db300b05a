package io.finwait.examples.story;

import io.finwait.examples.stage.Scene;
import io.finwait.examples.stage.Stage;

import java.time.Duration;

/** Both ends close before either has heard of the other's close. */
public final class SimultaneousClose implements Story {

    @Override
    public void play(Stage stage) {
        try (Scene scene =
                stage.scene(
                        "Simultaneous close",
                        "Both applications close at the same moment, so their FINs cross on the"
                                + " way, and neither end closes second.")) {
            Scene.Connected connected = scene.connect();
            scene.pass(Duration.ofSeconds(1));
            scene.closeTogether(connected);
            scene.quiet();
            scene.netstat("Both have closed");
            if (!stage.settings().inRealTime()) {
                scene.note("2MSL passes");
                scene.passUntil(
                        () ->
                                !Scene.has(scene.client(), "TIME_WAIT")
                                        && !Scene.has(scene.server(), "TIME_WAIT"));
            }
        }
        stage.seen(
                "the FINs crossed: each end received the other's FIN before the ACK of its own,"
                        + " went through CLOSING and entered TIME_WAIT. Neither closed second,"
                        + " so neither is spared the wait.");
    }
}
