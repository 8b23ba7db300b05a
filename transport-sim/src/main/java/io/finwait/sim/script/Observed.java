package io.finwait.sim.script;

import io.finwait.wire.IpView;
import io.finwait.wire.Segment;
import io.finwait.wire.TcpHeader;
import io.finwait.wire.TcpOptions;
import io.finwait.wire.Verdict;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.OptionalLong;

/**
 * A segment that the socket under test has sent, with the numbers of the wire.
 *
 * @param flags the eight control bits and the three reserved ones above them
 * @param options in order, nop and eol too; timestamps and SACK blocks as on the wire
 * @param pieces how many segments these are that the script sees as one
 */
record Observed(
        long atNs,
        int typeOfService,
        int timeToLive,
        int sourcePort,
        int destinationPort,
        int flags,
        int seq,
        int ack,
        int window,
        int urgent,
        List<TcpOption> options,
        ByteBuffer text,
        int pieces) {

    /**
     * Reads what was sent.
     *
     * @throws ScriptFailure when it is no well-formed TCP segment
     */
    static Observed of(ScriptTransport.Sent sent) {
        ByteBuffer b = sent.octets();
        IpView ip = new IpView();
        Segment segment = new Segment();
        Verdict verdict = ip.parse(b, 0, b.limit());
        if (verdict == Verdict.OK) {
            verdict = segment.parse(ip, false);
        }
        if (verdict != Verdict.OK) {
            throw new ScriptFailure(
                    "what was sent is no well-formed segment: "
                            + verdict
                            + " in "
                            + HexFormat.of().formatHex(octets(b, 0, b.limit())));
        }
        int at = ip.payloadOffset();
        int reserved = b.get(at + 12) & 0x0F;
        return new Observed(
                sent.atNs(),
                ip.typeOfService(),
                ip.timeToLive(),
                segment.sourcePort(),
                segment.destinationPort(),
                segment.flags() | reserved << 8,
                segment.seq(),
                segment.ack(),
                segment.window(),
                segment.urgentPointer(),
                readOptions(b, at + TcpHeader.LENGTH, segment.textOffset()),
                b.slice(segment.textOffset(), segment.textLength()),
                1);
    }

    private static byte[] octets(ByteBuffer b, int at, int length) {
        byte[] octets = new byte[length];
        b.get(at, octets);
        return octets;
    }

    private static List<TcpOption> readOptions(ByteBuffer b, int from, int end) {
        List<TcpOption> options = new ArrayList<>();
        int at = from;
        while (at < end) {
            int kind = b.get(at) & 0xFF;
            if (kind == TcpOptions.END || kind == TcpOptions.NOP) {
                options.add(kind == TcpOptions.END ? new TcpOption.End() : new TcpOption.Nop());
                at++;
                continue;
            }
            int length = at + 1 < end ? b.get(at + 1) & 0xFF : 0;
            if (length < 2 || at + length > end) {
                throw new ScriptFailure("a TCP option of kind " + kind + " is malformed");
            }
            options.add(readOption(b, at, kind, length));
            at += length;
        }
        return List.copyOf(options);
    }

    private static TcpOption readOption(ByteBuffer b, int at, int kind, int length) {
        return switch (kind << 8 | length) {
            case TcpOptions.MSS << 8 | 4 -> new TcpOption.Mss(b.getShort(at + 2) & 0xFFFF);
            case TcpOptions.WINDOW_SCALE << 8 | 3 ->
                    new TcpOption.WindowScale(b.get(at + 2) & 0xFF);
            case TcpOptions.SACK_PERMITTED << 8 | 2 -> new TcpOption.SackPermitted();
            case TcpOptions.TIMESTAMPS << 8 | 10 ->
                    new TcpOption.Timestamps(
                            OptionalLong.of(b.getInt(at + 2) & 0xFFFF_FFFFL),
                            b.getInt(at + 6) & 0xFFFF_FFFFL,
                            false);
            default ->
                    kind == TcpOptions.SACK && length % 8 == 2
                            ? sack(b, at, length)
                            : new TcpOption.Foreign(
                                    "kind",
                                    kind
                                            + " "
                                            + HexFormat.of()
                                                    .formatHex(octets(b, at + 2, length - 2)));
        };
    }

    private static TcpOption sack(ByteBuffer b, int at, int length) {
        List<TcpOption.Block> blocks = new ArrayList<>();
        for (int edge = at + 2; edge < at + length; edge += 8) {
            blocks.add(
                    new TcpOption.Block(
                            b.getInt(edge) & 0xFFFF_FFFFL, b.getInt(edge + 4) & 0xFFFF_FFFFL));
        }
        return new TcpOption.Sack(List.copyOf(blocks));
    }

    int textLength() {
        return text.limit();
    }

    boolean has(int flag) {
        return (flags & flag) != 0;
    }

    /** True when the segment is several that the script sees as one. */
    boolean isJoined() {
        return pieces > 1;
    }

    /** This segment with the text of the next behind its own, and the next one's control bits. */
    Observed join(Observed next) {
        ByteBuffer joined = ByteBuffer.allocate(textLength() + next.textLength());
        joined.put(0, text, 0, textLength());
        joined.put(textLength(), next.text, 0, next.textLength());
        return new Observed(
                next.atNs,
                typeOfService,
                timeToLive,
                sourcePort,
                destinationPort,
                flags | next.flags,
                seq,
                next.ack,
                next.window,
                next.urgent,
                next.options,
                joined,
                pieces + next.pieces);
    }

    /** The segment as the script would write it. */
    String describe(ScriptBinding binding) {
        return Printer.action(inScriptNumbers(binding));
    }

    /** The segment in the numbers of the script. */
    TcpPacket inScriptNumbers(ScriptBinding binding) {
        boolean syn = has(TcpHeader.SYN);
        return new TcpPacket(
                true,
                IpInfo.NONE,
                java.util.Optional.empty(),
                new TcpPacket.Flags(flags & 0x1FF, -1),
                new TcpPacket.Sequence(
                        binding.scriptSeq(syn, seq) & 0xFFFF_FFFFL, textLength(), false, false),
                has(TcpHeader.ACK)
                        ? OptionalLong.of(binding.scriptAck(syn, ack) & 0xFFFF_FFFFL)
                        : OptionalLong.empty(),
                java.util.OptionalInt.of(window),
                has(TcpHeader.URG)
                        ? java.util.OptionalInt.of(urgent)
                        : java.util.OptionalInt.empty(),
                java.util.Optional.of(
                        options.stream().map(o -> inScriptNumbers(binding, o)).toList()));
    }

    private static TcpOption inScriptNumbers(ScriptBinding binding, TcpOption option) {
        if (option instanceof TcpOption.Sack sack) {
            return new TcpOption.Sack(
                    sack.blocks().stream().map(b -> inScriptNumbers(binding, b)).toList());
        }
        if (option instanceof TcpOption.Timestamps ts && ts.value().isPresent()) {
            int value = binding.scriptTimestamp((int) ts.value().getAsLong());
            return new TcpOption.Timestamps(
                    OptionalLong.of(value & 0xFFFF_FFFFL), ts.echo(), false);
        }
        return option;
    }

    private static TcpOption.Block inScriptNumbers(ScriptBinding binding, TcpOption.Block block) {
        return new TcpOption.Block(peer(binding, block.left()), peer(binding, block.right()));
    }

    private static long peer(ScriptBinding binding, long live) {
        return binding.scriptPeerSeq((int) live) & 0xFFFF_FFFFL;
    }
}
