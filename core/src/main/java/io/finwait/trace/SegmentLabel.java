package io.finwait.trace;

import io.finwait.wire.TcpHeader;

import java.util.ArrayList;
import java.util.List;

/**
 * A packet in a few words, as a ladder diagram writes them on an arrow.
 *
 * @param kind decides the colour
 * @param name the control bits in words, {@code FIN, ACK}, or what else the packet is
 * @param numbers {@code seq 1 ack 1}; empty for a packet that is no segment
 * @param textLength octets of text
 * @param remark a word about this packet, {@code again} for a retransmission; may be empty
 */
public record SegmentLabel(Kind kind, String name, String numbers, int textLength, String remark) {

    private static final String[] NAMES = {"FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR"};

    /** What a packet is for, the most telling control bit first. */
    public enum Kind {
        /** Opens a connection. */
        SYN,
        /** Closes a direction. */
        FIN,
        /** Resets a connection. */
        RST,
        /** Carries text. */
        TEXT,
        /** Acknowledges only. */
        ACK,
        /** No TCP segment. */
        OTHER
    }

    /** A label for something that is no TCP segment. */
    public static SegmentLabel other(String name) {
        return new SegmentLabel(Kind.OTHER, name, "", 0, "");
    }

    /**
     * A label for a segment.
     *
     * @param flags the control bits of {@link TcpHeader}
     * @param seq SEG.SEQ as it is to be shown
     * @param ack SEG.ACK as it is to be shown; left out when the ACK bit is not set
     */
    public static SegmentLabel of(int flags, long seq, long ack, int textLength) {
        List<String> names = new ArrayList<>();
        for (int bit = 0; bit < NAMES.length; bit++) {
            if ((flags & 1 << bit) != 0) {
                names.add(NAMES[bit]);
            }
        }
        String numbers = "seq " + seq;
        if ((flags & TcpHeader.ACK) != 0) {
            numbers += " ack " + ack;
        }
        String name = names.isEmpty() ? "no flags" : String.join(", ", names);
        return new SegmentLabel(kind(flags, textLength), name, numbers, textLength, "");
    }

    /** The same label with another remark. */
    public SegmentLabel remark(String word) {
        return new SegmentLabel(kind, name, numbers, textLength, word);
    }

    private static Kind kind(int flags, int textLength) {
        if ((flags & TcpHeader.RST) != 0) {
            return Kind.RST;
        }
        if ((flags & TcpHeader.SYN) != 0) {
            return Kind.SYN;
        }
        if ((flags & TcpHeader.FIN) != 0) {
            return Kind.FIN;
        }
        return textLength > 0 ? Kind.TEXT : Kind.ACK;
    }

    /** The whole label: {@code PSH, ACK  seq 1 ack 1  len 17  again}. */
    public String text() {
        String rest = details();
        return rest.isEmpty() ? name : name + "  " + rest;
    }

    /** Everything but the name: {@code seq 1 ack 1  len 17  again}; may be empty. */
    public String details() {
        List<String> parts = new ArrayList<>();
        if (!numbers.isEmpty()) {
            parts.add(numbers);
        }
        if (textLength > 0) {
            parts.add("len " + textLength);
        }
        if (!remark.isEmpty()) {
            parts.add(remark);
        }
        return String.join("  ", parts);
    }
}
