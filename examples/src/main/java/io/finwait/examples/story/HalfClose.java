package io.finwait.examples.story;

import io.finwait.examples.stage.Outcome;
import io.finwait.examples.stage.Scene;
import io.finwait.examples.stage.Stage;

import java.time.Duration;

/** One direction closed, the other open: what netstat shows, and what it is used for. */
public final class HalfClose implements Story {

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    @Override
    public void play(Stage stage) {
        Duration sleep = Duration.ofSeconds(stage.settings().inRealTime() ? 3 : 30);
        try (Scene scene =
                stage.scene(
                        "Half-closed: a server that sleeps",
                        "The server accepts a connection and sleeps for "
                                + sleep.toSeconds()
                                + " s. The client connects and closes at once. A close ends one"
                                + " direction only, so the connection stays half-closed as long"
                                + " as the server's application does nothing.")) {
            Scene.Connected both = scene.connect();
            both.client().close();
            scene.quiet();
            scene.netstat("The server sleeps");
            scene.pass(sleep);
            both.server().close();
            scene.quiet();
            scene.netstat("The server has closed, too");
        }
        Outcome answer;
        try (Scene scene =
                stage.scene(
                        "Half-closed: a question of unknown length",
                        "The same, put to use: the client sends lines, then closes its direction"
                                + " to say that these were all. The server reads to the end and"
                                + " only then answers, in the direction that is still open.")) {
            Scene.Connected both = scene.connect();
            both.client().write("one\ntwo\nthree\n");
            scene.quiet();
            both.client().shutdownOutput();
            scene.quiet();
            String lines = both.server().readAll(PATIENCE).text();
            both.server().write(lines.lines().count() + " lines\n");
            both.server().close();
            scene.quiet();
            answer = both.client().readAll(PATIENCE);
            both.client().close();
            scene.quiet();
        }
        stage.seen(
                "one end in FIN_WAIT_2 and the other in CLOSE_WAIT is a half-closed connection."
                        + " It waits for the application of the CLOSE_WAIT end: no timer ends"
                        + " CLOSE_WAIT. The FIN_WAIT_2 end waits as long as its application can"
                        + " still read; after close() nobody can, and a timer ends it (60 s"
                        + " unless configured otherwise, see finwait orphan). Used on purpose, a"
                        + " half-close says where a stream ends: the client got its answer (\""
                        + answer.text().strip()
                        + "\") after it had closed.");
    }
}
