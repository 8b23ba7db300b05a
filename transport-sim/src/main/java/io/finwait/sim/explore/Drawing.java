package io.finwait.sim.explore;

import io.finwait.picture.Ladder;
import io.finwait.picture.LadderPacket;
import io.finwait.trace.End;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;

/** Draws a story on a ladder, the client on the left. */
final class Drawing {

    private final Ladder ladder = new Ladder("client", "server");
    private final Map<WirePacket, LadderPacket> packets = new HashMap<>();

    private Drawing() {}

    static Ladder of(ExploredStory story, String title) {
        Drawing drawing = new Drawing();
        story.happenings().forEach(drawing::draw);
        return drawing.ladder.title(title);
    }

    private void draw(Happening happening) {
        long at = happening.atNs();
        if (happening instanceof Happening.Sent sent) {
            packets.put(sent.packet(), draw(at, sent.packet()));
        } else if (happening instanceof Happening.Copied copied) {
            packets.put(copied.copy(), packets.get(copied.original()));
        } else if (happening instanceof Happening.Arrived arrived) {
            packets.get(arrived.packet()).arrives(at);
        } else if (happening instanceof Happening.Lost lost) {
            packets.get(lost.packet()).lost();
        } else if (happening instanceof Happening.Called called) {
            ladder.note(at, end(called.side()), words(called.call(), called.result()));
        } else if (happening instanceof Happening.Entered entered) {
            ladder.state(at, end(entered.side()), entered.state());
        }
        // A pause is seen by itself.
    }

    private LadderPacket draw(long at, WirePacket packet) {
        ByteBuffer octets = ByteBuffer.wrap(packet.octets);
        return ladder.sent(at, end(packet.from), octets, 0, packet.octets.length);
    }

    private static End end(int side) {
        return side == ExploredHost.CLIENT ? End.A : End.B;
    }

    private static String words(Witness.Call call, int result) {
        String name =
                switch (call) {
                    case CONNECT -> "connect";
                    case LISTEN -> "listen";
                    case ACCEPT -> "accept";
                    case SEND -> "send";
                    case READ -> "read";
                    case HALF_CLOSE -> "half-close";
                    case CLOSE -> "close";
                    case ABORT -> "abort";
                };
        return switch (result) {
            case Witness.FAILED -> name + ": refused";
            case Witness.END_OF_STREAM -> name + ": end of stream";
            case 1 -> name + ": 1 octet";
            case 0 -> name;
            default -> name + ": " + result + " octets";
        };
    }
}
