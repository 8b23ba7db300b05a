package io.finwait.examples.story;

import io.finwait.examples.stage.Outcome;
import io.finwait.examples.stage.Scene;
import io.finwait.examples.stage.Setup;
import io.finwait.examples.stage.Stage;
import io.finwait.trace.End;

import java.time.Duration;

/** What close() does with text that is not yet delivered: three settings. */
public final class Linger implements Story {

    private static final int ROOM = 2 * 1460;
    private static final String TEXT = "text... ".repeat(3 * 1460 / 8);
    private static final Duration PATIENCE = Duration.ofSeconds(3);

    @Override
    public void play(Stage stage) {
        Outcome usual =
                play(
                        stage,
                        "close() without linger",
                        "A client writes three packets of text and closes at once. The server"
                                + " reads slowly and has room for two of them. The usual close()"
                                + " returns at once, and the rest is delivered in the background.",
                        null);
        Outcome zero =
                play(
                        stage,
                        "close() with linger 0",
                        "The same with linger 0: what is not yet delivered is discarded, and the"
                                + " server is told so.",
                        Duration.ZERO);
        lingerForAWhile(stage);
        stage.seen(
                "without linger the server read all "
                        + usual.text().length()
                        + " octets; with linger 0 it got RST and \""
                        + zero.text()
                        + "\", and TIME_WAIT was avoided at the price of the data; with linger 2"
                        + " s the application learned after 2 s that the FIN was not"
                        + " acknowledged, and the close went on without it.");
    }

    private static Setup small(Setup setup) {
        return setup.receiveBuffer(End.B, ROOM);
    }

    private static Outcome play(Stage stage, String title, String intro, Duration linger) {
        try (Scene scene = stage.scene(title, intro, Linger::small)) {
            Scene.Connected both = scene.connect();
            if (linger != null) {
                both.client().linger(linger);
            }
            both.client().write(TEXT);
            both.client().close();
            scene.pass(Duration.ofMillis(100));
            Outcome read = both.server().readAll(PATIENCE);
            both.server().close();
            scene.quiet();
            scene.netstat("Afterwards");
            return read;
        }
    }

    private static void lingerForAWhile(Stage stage) {
        try (Scene scene =
                stage.scene(
                        "close() with linger 2 s, and a broken network",
                        "The same with linger 2 s, and for 3 s the network carries nothing. The"
                                + " application wants to know whether its text arrived, but does"
                                + " not want to wait for ever.")) {
            Scene.Connected both = scene.connect();
            both.client().linger(Duration.ofSeconds(2));
            both.client().write("Did you get this?");
            scene.quiet();
            scene.cut(Duration.ofSeconds(3));
            both.client().close();
            scene.quiet();
            both.server().readAll(PATIENCE);
            both.server().close();
            scene.quiet();
        }
    }
}
