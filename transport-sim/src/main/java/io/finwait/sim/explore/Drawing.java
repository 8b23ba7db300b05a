package io.finwait.sim.explore;

import io.finwait.trace.End;
import io.finwait.trace.Ladder;
import io.finwait.trace.LadderPacket;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;

/** Draws a story on a ladder, the client on the left. */
final class Drawing {

    private final Ladder ladder = new Ladder("client", "server");
    private final Map<WirePacket, LadderPacket> packets = new HashMap<>();

    private Drawing() {}

    static Ladder of(Story story, String title) {
        Drawing drawing = new Drawing();
        story.happenings().forEach(drawing::draw);
        return drawing.ladder.title(title);
    }

    private void draw(Happening happening) {
        long at = happening.atNs();
        switch (happening) {
            case Happening.Sent(long _, WirePacket packet) ->
                    packets.put(
                            packet,
                            ladder.sent(
                                    at,
                                    end(packet.from),
                                    ByteBuffer.wrap(packet.octets),
                                    0,
                                    packet.octets.length));
            case Happening.Copied(long _, WirePacket original, WirePacket copy) ->
                    packets.put(copy, packets.get(original));
            case Happening.Arrived(long _, WirePacket packet) -> packets.get(packet).arrives(at);
            case Happening.Lost(long _, WirePacket packet) -> packets.get(packet).lost();
            case Happening.Called(long _, int side, Witness.Call call, int result) ->
                    ladder.note(at, end(side), words(call, result));
            case Happening.Passed _ -> {
                // The pause is seen by itself.
            }
            case Happening.Entered(long _, int side, String state) ->
                    ladder.state(at, end(side), state);
        }
    }

    private static End end(int side) {
        return side == Host.CLIENT ? End.A : End.B;
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
