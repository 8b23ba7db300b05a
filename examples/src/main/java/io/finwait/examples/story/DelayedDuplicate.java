package io.finwait.examples.story;

import io.finwait.examples.stage.Host;
import io.finwait.examples.stage.Outcome;
import io.finwait.examples.stage.Peer;
import io.finwait.examples.stage.Scene;
import io.finwait.examples.stage.Settings;
import io.finwait.examples.stage.Setup;
import io.finwait.examples.stage.Stage;
import io.finwait.trace.End;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** An old segment arrives in a new connection: the first reason for TIME-WAIT. */
public final class DelayedDuplicate implements Story {

    /** What keeps an old segment out of a new connection. */
    public enum Defence {
        ALL,
        TIME_WAIT,
        NONE,
        PAWS,
        ISN,
        ACK_CHECK
    }

    private static final int PIECE = 100;
    private static final String OLD = "old ".repeat(3 * PIECE / 4);
    private static final String NEW = "new ".repeat(3 * PIECE / 4);
    private static final int CLIENT_ISS = 100;
    private static final int OLD_SERVER_ISS = 1000;
    private static final int NEW_SERVER_ISS = 2000;

    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final Defence defence;

    /** One defence, or all, one after the other. */
    public DelayedDuplicate(Defence defence) {
        this.defence = defence;
    }

    @Override
    public void play(Stage stage) {
        if (stage.settings().withKernel()) {
            playAgainstKernel(stage);
            return;
        }
        List<String> seen = new ArrayList<>();
        for (Defence each : Defence.values()) {
            if (each != Defence.ALL && (defence == Defence.ALL || defence == each)) {
                seen.add(playOne(stage, each));
            }
        }
        stage.seen(String.join("; ", seen) + ".");
    }

    private String playOne(Stage stage, Defence each) {
        return switch (each) {
            case ALL -> throw new IllegalArgumentException("one after the other");
            case TIME_WAIT -> withTimeWait(stage);
            case NONE ->
                    again(
                            stage,
                            each,
                            "without any defence",
                            "The same without any defence: the client forgets at once, both ends"
                                    + " begin with numbers that fit the old ones, and nothing"
                                    + " else is checked, as in 1981. The old packet arrives"
                                    + " while the new third one is still on its way, with"
                                    + " exactly the numbers that the server is waiting for.");
            case PAWS ->
                    again(
                            stage,
                            each,
                            "timestamps alone",
                            "The same with one defence: each packet carries the time at which it"
                                    + " was sent, and a packet older than the last one seen is"
                                    + " refused (PAWS, RFC 7323).");
            case ISN ->
                    again(
                            stage,
                            each,
                            "clocked initial numbers alone",
                            "The same with another defence: a new connection begins with a"
                                    + " number that advances by 250,000 each second (RFC 6528),"
                                    + " so the numbers of the old one are far behind.");
            case ACK_CHECK ->
                    again(
                            stage,
                            each,
                            "the check of acknowledgments alone",
                            "The same with the last defence: a packet also acknowledges what its"
                                    + " sender has received, and one that acknowledges a number"
                                    + " which never belonged to this connection is discarded"
                                    + " (RFC 5961).");
        };
    }

    private static Setup plain(Setup setup, boolean timestamps) {
        // With timestamps 12 octets of each segment are theirs.
        int mss = timestamps ? PIECE + 12 : PIECE;
        return setup.segments(mss, timestamps).absoluteNumbers();
    }

    private static void beginWith(Host host, int number) {
        if (!host.isKernel()) {
            host.switches().initialSequence(number);
        }
    }

    /** The old connection; what comes back lets the copy of its third piece arrive. */
    private static Runnable playOld(Scene scene, boolean fixed) {
        if (fixed) {
            beginWith(scene.client(), CLIENT_ISS);
            beginWith(scene.server(), OLD_SERVER_ISS);
        }
        Scene.Connected both = scene.connect();
        int[] texts = new int[1];
        Runnable late = scene.keepCopy(End.A, seg -> seg.textLength() > 0 && ++texts[0] == 3);
        writeInPieces(scene, both.client(), OLD);
        both.client().close();
        scene.quietButForCopies();
        both.server().readAll(PATIENCE);
        both.server().close();
        scene.quietButForCopies();
        scene.note("a copy of the third packet is still on its way");
        scene.pass(Duration.ofSeconds(1));
        return late;
    }

    private static void writeInPieces(Scene scene, Peer client, String text) {
        // Our segments hold so much at most; Linux sends each call's octets by themselves if it
        // can.
        int piece = scene.client().isKernel() ? PIECE : text.length();
        for (int from = 0; from < text.length(); from += piece) {
            client.write(text.substring(from, from + piece));
            scene.quietButForCopies();
        }
    }

    private static String withTimeWait(Stage stage) {
        try (Scene scene =
                stage.scene(
                        "A delayed duplicate: with TIME_WAIT",
                        "A client sends three packets of 100 octets and closes. The network"
                                + " keeps a copy of the third one for a while, as it may."
                                + " Immediately afterwards the client asks for a new connection"
                                + " from the same port to the same server. Sequence numbers are"
                                + " shown as they are in the packets.",
                        setup -> plain(setup, false))) {
            Runnable late = playOld(scene, true);
            Peer again = scene.startConnect();
            if (again != null) {
                // Linux refuses a step later.
                scene.client().finishConnect(again);
            }
            late.run();
            scene.pass(Duration.ofSeconds(1));
            scene.netstat("The old packet has found nobody");
        }
        return "with TIME_WAIT the pair of ports was not free, so there was no new connection"
                + " for the old packet to enter";
    }

    private String again(Stage stage, Defence each, String title, String intro) {
        boolean timestamps = each == Defence.PAWS;
        boolean fixed = each != Defence.ISN;
        Outcome read;
        try (Scene scene =
                stage.scene(
                        "A delayed duplicate: " + title,
                        intro,
                        setup -> plain(setup, timestamps))) {
            scene.client().switches().timeWait(false);
            scene.server().switches().acknowledgmentRange(each == Defence.ACK_CHECK);
            Runnable late = playOld(scene, fixed);
            if (fixed) {
                beginWith(scene.server(), NEW_SERVER_ISS);
            }
            read = playNew(scene, late, stage.settings().inRealTime());
            scene.ladder().block(scene.nowNs(), "What the server read:", pieces(read.text()));
        }
        boolean corrupted = read.text().contains("old");
        return title
                + ": "
                + (corrupted
                        ? "100 octets of the old connection were delivered in the new one, and"
                                + " nobody noticed"
                        : "the old packet was refused, and the server read what it was sent");
    }

    private static Outcome playNew(Scene scene, Runnable late, boolean real) {
        Peer client = scene.startConnect();
        Peer server = scene.server().accept();
        scene.client().finishConnect(client);
        int[] texts = new int[1];
        // Real time must leave room for a machine that is busy, and less than a retransmission
        // takes.
        Duration longer = Duration.ofMillis(real ? 800 : 20);
        scene.delay(End.A, seg -> seg.textLength() > 0 && ++texts[0] == 3, longer);
        client.write(NEW);
        scene.pass(Duration.ofMillis(20));
        late.run();
        scene.quiet();
        Outcome read = server.read(PATIENCE);
        scene.pass(Duration.ofMillis(100));
        return read;
    }

    /** The octets, a hundred to a line, shortened. */
    private static List<String> pieces(String text) {
        List<String> lines = new ArrayList<>();
        for (int from = 0; from < text.length(); from += PIECE) {
            int to = Math.min(from + PIECE, text.length());
            String piece = text.substring(from, to);
            lines.add(
                    "  octets %3d to %3d: %s..."
                            .formatted(from + 1, to, piece.substring(0, Math.min(48, to - from))));
        }
        return lines;
    }

    private static void playAgainstKernel(Stage stage) {
        stage.say(
                "The initial numbers of Linux cannot be chosen, so the corrupted run cannot be"
                        + " played with it. The run with TIME_WAIT can.");
        String seen = withTimeWait(stage);
        if (stage.settings().place() == Settings.Place.KERNEL) {
            seen += "; " + reusedByLinux(stage);
        }
        stage.seen(seen + ".");
    }

    private static String reusedByLinux(Stage stage) {
        boolean open;
        try (Scene scene =
                stage.scene(
                        "A delayed duplicate: Linux takes the pair of ports again",
                        "The same between two Linux ends that put a timestamp into each packet,"
                                + " as they usually do. A program that asks for the very port"
                                + " that is in TIME_WAIT gets it: the timestamp tells the old"
                                + " packet from new ones.",
                        setup -> plain(setup, true))) {
            Runnable late = playOld(scene, false);
            scene.client().finishConnect(scene.startConnect());
            open = Scene.has(scene.client(), "ESTABLISHED");
            late.run();
            scene.pass(Duration.ofSeconds(1));
            scene.netstat("The old packet was refused");
        }
        return "with timestamps Linux "
                + (open
                        ? "gave the pair of ports away in TIME_WAIT, began 65,537 numbers behind"
                                + " the old end, and PAWS refused the old packet"
                        : "refused, too");
    }
}
