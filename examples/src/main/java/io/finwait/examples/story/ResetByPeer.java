package io.finwait.examples.story;

import io.finwait.examples.stage.Outcome;
import io.finwait.examples.stage.Scene;
import io.finwait.examples.stage.Stage;
import io.finwait.tcp.ClosePolicy;
import io.finwait.trace.End;

import java.time.Duration;

/** "Connection reset by peer": writing to a peer that has closed. */
public final class ResetByPeer implements Story {

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /** When the server gives up waiting, when the client writes, and when it reads. */
    private record Times(int deadline, int write, int read) {
        static Times of(Stage stage) {
            return stage.settings().inRealTime() ? new Times(2, 3, 4) : new Times(5, 7, 8);
        }

        String words(String client) {
            return "A server gives its client"
                    + client
                    + " "
                    + deadline
                    + " s to say something, then closes. The client is busy with other things"
                    + " and looks at the connection again after "
                    + write
                    + " s: what every pool of idle connections meets every day.";
        }
    }

    @Override
    public void play(Stage stage) {
        if (stage.settings().withKernel()) {
            playAgainstKernel(stage);
            return;
        }
        String intro = Times.of(stage).words("");
        Outcome bsd = play(stage, "Connection reset by peer", intro, false);
        Outcome linux =
                play(
                        stage,
                        "The same where the end of the stream comes first",
                        "The same packets. But where the first client read the error, this one"
                                + " reads the end of the stream, because that arrived first."
                                + " Linux does so; BSD and macOS report the error.",
                        true);
        stage.seen(
                "the write succeeded, because the end that closed had only said that it would"
                        + " not send any more; its RST came in answer, and the next read said \""
                        + bsd.text()
                        + "\". Where end-of-stream is reported first, read said "
                        + (linux.kind() == Outcome.Kind.END_OF_STREAM
                                ? "end-of-stream"
                                : linux.text())
                        + " instead and only a further write fails. Either way: read before you"
                        + " write to a connection that was idle.");
    }

    private static Outcome play(Stage stage, String title, String intro, boolean endOfStreamFirst) {
        try (Scene scene =
                stage.scene(
                        title,
                        intro,
                        setup -> setup.closePolicy(End.A, tellsReset(endOfStreamFirst)))) {
            Scene.Connected both = scene.connect();
            Outcome read = exchange(scene, both, Times.of(stage));
            if (endOfStreamFirst) {
                scene.pass(Duration.ofSeconds(1));
                // The last word: what a program on Linux knows as EPIPE.
                both.client().write("Is anybody there?");
            }
            return read;
        }
    }

    private static ClosePolicy tellsReset(boolean endOfStreamFirst) {
        return ClosePolicy.DEFAULT.withEndOfStreamAfterReset(endOfStreamFirst);
    }

    private static Outcome exchange(Scene scene, Scene.Connected both, Times times) {
        both.server().read(Duration.ofSeconds(times.deadline));
        both.server().close();
        scene.quiet();
        scene.netstat("The server has closed, the client does not look");
        scene.passTo(Duration.ofSeconds(times.write));
        both.client().write("Hello from client");
        scene.quiet();
        scene.passTo(Duration.ofSeconds(times.read));
        Outcome read = both.client().read(PATIENCE);
        scene.netstat("Afterwards");
        return read;
    }

    private static void playAgainstKernel(Stage stage) {
        Outcome first;
        try (Scene scene =
                stage.scene(
                        "Connection reset by peer",
                        Times.of(stage).words(", a program on Linux,"),
                        setup -> setup.kernelIs(End.A))) {
            Scene.Connected both = scene.connect();
            first = exchange(scene, both, Times.of(stage));
            both.client().write("Is anybody there?");
        }
        Outcome second;
        try (Scene scene =
                stage.scene(
                        "Connection reset by peer, really: the server has not read",
                        "On Linux the error shows when the server closes with unread data: then"
                                + " it does not send a FIN, it resets.",
                        setup -> setup.kernelIs(End.A))) {
            Scene.Connected both = scene.connect();
            both.client().write("Hello from client");
            scene.quiet();
            both.server().close();
            scene.quiet();
            second = both.client().read(PATIENCE);
        }
        stage.seen(
                "Linux received FIN before RST, so its read said "
                        + (first.isFailure() ? '"' + first.text() + '"' : "end-of-stream")
                        + " and only the second write failed; BSD and macOS report the reset"
                        + " here. When the server closed with unread octets, RST came without"
                        + " FIN, and Linux said \""
                        + second.text()
                        + "\".");
    }
}
