package io.finwait.examples.story;

import io.finwait.examples.stage.Outcome;
import io.finwait.examples.stage.Scene;
import io.finwait.examples.stage.Setup;
import io.finwait.examples.stage.Stage;
import io.finwait.trace.End;

import java.time.Duration;

/**
 * Closing while octets are unread resets the connection, and the closer's own answer is lost with
 * it.
 */
public final class UnreadData implements Story {

    /** Two segments: as much as the client's receive buffer holds. */
    private static final int ROOM = 2 * 1460;

    private static final String ANSWER = "answer. ".repeat(3 * 1460 / 8);
    private static final Duration PATIENCE = Duration.ofSeconds(3);

    @Override
    public void play(Stage stage) {
        Outcome lost =
                play(
                        stage,
                        "Closing with unread data",
                        "A server reads the beginning of a request, already knows the answer,"
                                + " writes it and closes. The rest of the request is still"
                                + " unread. The client is slow: it has room for two packets of"
                                + " the answer, which takes three.",
                        false);
        Outcome whole =
                play(
                        stage,
                        "Closing gracefully",
                        "The same server, but it closes in the safe order: it says that it has"
                                + " no more to send, then reads and discards what still arrives,"
                                + " and leaves when the client has closed as well.",
                        true);
        stage.seen(
                "a close with unread octets sends RST instead of FIN, so that the client learns"
                        + " that it was not heard; but what was still unsent of the answer is"
                        + " lost: the client's reads ended with \""
                        + lost.text()
                        + "\". closeGracefully() delivered all "
                        + whole.text().length()
                        + " octets.");
    }

    private static Setup small(Setup setup) {
        return setup.kernelIs(End.A).receiveBuffer(End.A, ROOM);
    }

    private static Outcome play(Stage stage, String title, String intro, boolean gracefully) {
        try (Scene scene = stage.scene(title, intro, UnreadData::small)) {
            Scene.Connected both = scene.connect();
            both.client().write("question");
            scene.quiet();
            both.server().read(PATIENCE);
            both.client().write(", and more that nobody wants to know");
            scene.quiet();
            both.server().write(ANSWER);
            scene.pass(Duration.ofMillis(100));
            if (gracefully) {
                both.server().closeGracefully(Duration.ofSeconds(30));
            } else {
                both.server().close();
            }
            scene.pass(Duration.ofMillis(100));
            Outcome read = both.client().readAll(PATIENCE);
            both.client().close();
            scene.quiet();
            scene.netstat("Afterwards");
            return read;
        }
    }
}
