package io.finwait.examples.story;

import io.finwait.examples.stage.Scene;
import io.finwait.examples.stage.Setup;
import io.finwait.examples.stage.Stage;
import io.finwait.tcp.State;
import io.finwait.trace.End;

import java.time.Duration;
import java.util.function.Consumer;

/** Brings a connection of ours into a state and leaves it there. */
public final class Hold implements Story {

    private static final Duration FOR_EVER = Duration.ofHours(24);

    private final State state;
    private final Consumer<Scene> whileHeld;

    /**
     * Holds a state.
     *
     * @param whileHeld comes back when it has been looked at long enough
     */
    public Hold(State state, Consumer<Scene> whileHeld) {
        this.state = state;
        this.whileHeld = whileHeld;
    }

    /** Which end has the state; the other one may be the kernel. */
    private End end() {
        return switch (state) {
            case LISTEN, SYN_RECEIVED -> End.B;
            case CLOSED,
                    SYN_SENT,
                    ESTABLISHED,
                    FIN_WAIT_1,
                    FIN_WAIT_2,
                    CLOSE_WAIT,
                    CLOSING,
                    LAST_ACK,
                    TIME_WAIT ->
                    End.A;
        };
    }

    private Setup kernelAtTheOtherEnd(Setup setup) {
        return setup.kernelIs(end().other());
    }

    @Override
    public void play(Stage stage) {
        String name = end() == End.A ? "client" : "server";
        String reached;
        try (Scene scene =
                stage.scene(
                        "Held in " + state,
                        "One end is brought into a state and left there.",
                        this::kernelAtTheOtherEnd)) {
            enter(scene);
            reached = scene.state(end());
            scene.netstat("Held");
            whileHeld.accept(scene);
        }
        if (!reached.equals(state.name())) {
            throw new IllegalStateException(
                    "the " + name + " came into " + reached + " and not into " + state);
        }
        stage.seen("the " + name + " is in " + state + ": " + why());
    }

    private void enter(Scene scene) {
        switch (state) {
            case CLOSED -> scene.pass(Duration.ZERO);
            case LISTEN -> scene.server().listen(Scene.PORT);
            case SYN_SENT -> {
                scene.cut(FOR_EVER);
                scene.startConnect();
                scene.pass(Duration.ofMillis(50));
            }
            case SYN_RECEIVED -> {
                scene.server().listen(Scene.PORT);
                scene.loseAll(End.B, Segs.synAck());
                scene.startConnect();
                scene.pass(Duration.ofMillis(50));
            }
            default -> enter(scene, scene.connect());
        }
    }

    private void enter(Scene scene, Scene.Connected both) {
        switch (state) {
            case FIN_WAIT_1 -> {
                scene.cut(FOR_EVER);
                both.client().shutdownOutput();
            }
            case FIN_WAIT_2 -> both.client().shutdownOutput();
            case CLOSE_WAIT -> both.server().close();
            case CLOSING -> {
                scene.loseAll(End.B, Segs.pureAck());
                scene.closeTogether(both);
            }
            case LAST_ACK -> {
                both.server().close();
                scene.quiet();
                scene.cut(FOR_EVER);
                both.client().close();
            }
            case TIME_WAIT -> {
                both.client().close();
                scene.quiet();
                both.server().close();
            }
            default -> scene.pass(Duration.ZERO);
        }
        scene.pass(Duration.ofMillis(100));
    }

    private String why() {
        return switch (state) {
            case CLOSED -> "nothing was opened.";
            case LISTEN -> "it listens, and nobody has come.";
            case SYN_SENT -> "it has sent SYN and nobody answers.";
            case SYN_RECEIVED -> "it has answered a SYN, and its answers are lost.";
            case ESTABLISHED -> "both are open, and nobody closes.";
            case FIN_WAIT_1 -> "it has closed, and nobody acknowledges its FIN.";
            case FIN_WAIT_2 -> "it has closed, and the other end does not.";
            case CLOSE_WAIT -> "the other end has closed, and its own application does not.";
            case CLOSING -> "both closed at once, and the ACK of its FIN is lost each time.";
            case LAST_ACK -> "it has closed second, and nobody acknowledges its FIN.";
            case TIME_WAIT -> "it has closed first, and 2MSL have not passed.";
        };
    }
}
