package io.finwait.examples.story;

import io.finwait.examples.stage.Host;
import io.finwait.examples.stage.Peer;
import io.finwait.examples.stage.Scene;
import io.finwait.examples.stage.Stage;
import io.finwait.picture.LadderEvent;
import io.finwait.picture.LadderPacket;
import io.finwait.trace.TimeText;

import java.time.Duration;

/** Each end closes its own direction: FIN, ACK, FIN, ACK. */
public final class FourWayClose implements Story {

    /** Who closes first. */
    public enum Closer {
        CLIENT,
        SERVER,
        BOTH
    }

    private static final Duration LONGEST_REAL_WAIT = Duration.ofSeconds(10);

    private final Closer closer;

    public FourWayClose(Closer closer) {
        this.closer = closer;
    }

    @Override
    public void play(Stage stage) {
        if (closer == Closer.BOTH) {
            new SimultaneousClose().play(stage);
            return;
        }
        String seen;
        try (Scene scene =
                stage.scene(
                        "Four-way close",
                        "A connection is two streams, one each way, and each end closes its own:"
                                + " it says that it has no more to send, and the other end"
                                + " confirms. So a close takes two announcements and two"
                                + " confirmations. Time runs downwards; each line between the"
                                + " two ends is a packet.")) {
            Scene.Connected connected = scene.connect();
            scene.netstat("Open");
            boolean clientFirst = closer == Closer.CLIENT;
            Peer first = clientFirst ? connected.client() : connected.server();
            Peer second = clientFirst ? connected.server() : connected.client();
            Host firstHost = clientFirst ? scene.client() : scene.server();

            scene.pass(Duration.ofSeconds(1));
            first.close();
            scene.quiet();
            scene.netstat("One direction is closed");

            scene.pass(Duration.ofSeconds(1));
            second.read(Duration.ofMinutes(5));
            second.close();
            scene.quiet();
            scene.netstat("Both directions are closed");

            String name = clientFirst ? "client" : "server";
            String stay = waitForItsEnd(scene, stage, firstHost);
            seen =
                    "the connection was closed by FIN, ACK, FIN, ACK"
                            + repeats(scene)
                            + "; the "
                            + name
                            + " closed first, so the "
                            + name
                            + " keeps the pair of ports in TIME_WAIT "
                            + stay
                            + ", while the other end forgot the connection at the last ACK.";
        }
        stage.seen(seen);
    }

    private static String waitForItsEnd(Scene scene, Stage stage, Host host) {
        Duration twoMsl = stage.settings().twoMsl();
        if (host.isKernel()) {
            return "(60 s in the kernel, whatever --msl says; not waited for)";
        }
        String length = TimeText.duration(twoMsl.toNanos());
        if (stage.settings().inRealTime() && twoMsl.compareTo(LONGEST_REAL_WAIT) > 0) {
            return "for 2MSL, " + length + " (not waited for; --msl 2s makes it short)";
        }
        scene.note("2MSL, " + length + ", pass");
        scene.passUntil(() -> !Scene.has(host, "TIME_WAIT"));
        scene.netstat("Later");
        return "for 2MSL, " + length;
    }

    private static String repeats(Scene scene) {
        int again = 0;
        for (LadderEvent event : scene.ladder().events()) {
            again +=
                    event instanceof LadderPacket packet && packet.label().remark().equals("again")
                            ? 1
                            : 0;
        }
        return again == 0 ? "" : " (and " + again + " repeated because packets were lost)";
    }
}
