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
                        "Both applications close at the same moment, so the two packets that say"
                                + " so cross on their way, and neither end is the second one.")) {
            Scene.Connected connected = scene.connect();
            scene.pass(Duration.ofSeconds(1));
            scene.closeTogether(connected);
            scene.quiet();
            scene.netstat("Both have closed");
            if (!stage.settings().inRealTime()) {
                scene.note("2MSL pass");
                scene.passUntil(
                        () ->
                                !Scene.has(scene.client(), "TIME_WAIT")
                                        && !Scene.has(scene.server(), "TIME_WAIT"));
            }
        }
        stage.seen(
                "the FINs crossed, each end met the other's FIN before the ACK of its own and"
                        + " went through CLOSING, and both ends came into TIME_WAIT: nobody"
                        + " closed second, so nobody is spared the wait.");
    }
}
