package io.finwait.sim.script;

import io.finwait.sim.script.TcpOption.Block;
import io.finwait.wire.Protocol;
import io.finwait.wire.TcpHeader;
import io.finwait.wire.TcpOptions;

import java.nio.ByteBuffer;
import java.util.List;

/** Turns a segment of the script into a packet. */
final class ScriptSegmentWriter {

    private static final int MAX_OPTIONS = TcpHeader.MAX_LENGTH - TcpHeader.LENGTH;
    private static final int URGENT_POINTER = 18;

    private final ScriptWire wire;
    private final ScriptBinding binding;
    private final boolean scaledEcho;

    /**
     * A writer.
     *
     * @param scaledEcho echoed timestamps that no segment carried are computed from the first one
     */
    ScriptSegmentWriter(ScriptWire wire, ScriptBinding binding, boolean scaledEcho) {
        this.wire = wire;
        this.binding = binding;
        this.scaledEcho = scaledEcho;
    }

    /**
     * The packet of a segment that is injected.
     *
     * @throws ScriptFailure when it can't be written
     */
    ByteBuffer packet(TcpPacket segment) {
        boolean literal = binding.inbound(segment) || segment.sequence().literal();
        boolean syn = segment.flags().has(TcpHeader.SYN);
        int scriptSeq = (int) segment.sequence().start();
        int scriptAck = (int) segment.ack().orElse(0);
        int seq = literal ? scriptSeq : binding.liveSeq(syn, scriptSeq);
        int ack = literal ? scriptAck : binding.liveAck(syn, scriptAck);
        ByteBuffer options = options(segment);
        int header = TcpHeader.LENGTH + options.limit();
        int text = segment.sequence().length();
        ByteBuffer b = wire.packet(Protocol.TCP, header + text, segment.ip());
        int at = wire.ipHeaderLength();
        int from = segment.ports().map(TcpPacket.Ports::source).orElse(binding.remotePort());
        int to = segment.ports().map(TcpPacket.Ports::destination).orElse(binding.localPort());
        TcpHeader.write(
                b,
                at,
                from,
                to,
                seq,
                ack,
                header,
                segment.flags().bits() & 0xFF,
                segment.window().orElseThrow());
        b.putShort(at + URGENT_POINTER, (short) segment.urgent().orElse(0));
        if (segment.flags().has(TcpPacket.Flags.AE)) {
            b.put(at + 12, (byte) (b.get(at + 12) | 1));
        }
        b.put(at + TcpHeader.LENGTH, options, 0, options.limit());
        int first = syn ? 1 : scriptSeq;
        for (int i = 0; i < text; i++) {
            b.put(at + header + i, Pattern.octet(first + i));
        }
        wire.checksumTcp(b, at, header + text);
        return b;
    }

    private ByteBuffer options(TcpPacket segment) {
        boolean acknowledges = segment.flags().has(TcpHeader.ACK);
        ByteBuffer b = ByteBuffer.allocate(MAX_OPTIONS + 12);
        for (TcpOption option : segment.options().orElseThrow()) {
            write(b, option, acknowledges);
            if (b.position() > MAX_OPTIONS) {
                throw new ScriptFailure("these options do not fit into the 40 octets there are");
            }
        }
        // What is left of the last word of 32 bits stays zero: end of option list.
        return b.limit((b.position() + 3) & ~3);
    }

    private void write(ByteBuffer b, TcpOption option, boolean acknowledges) {
        if (option instanceof TcpOption.Nop) {
            b.put((byte) TcpOptions.NOP);
        } else if (option instanceof TcpOption.End) {
            b.put((byte) TcpOptions.END);
        } else if (option instanceof TcpOption.Mss mss) {
            b.put((byte) TcpOptions.MSS).put((byte) 4).putShort((short) mss.octets());
        } else if (option instanceof TcpOption.WindowScale scale) {
            b.put((byte) TcpOptions.WINDOW_SCALE).put((byte) 3).put((byte) scale.shift());
        } else if (option instanceof TcpOption.SackPermitted) {
            b.put((byte) TcpOptions.SACK_PERMITTED).put((byte) 2);
        } else if (option instanceof TcpOption.Sack sack) {
            write(b, sack.blocks());
        } else if (option instanceof TcpOption.Timestamps ts) {
            b.put((byte) TcpOptions.TIMESTAMPS).put((byte) 10);
            b.putInt((int) ts.value().orElseThrow()).putInt(echo(ts, acknowledges));
        } else if (option instanceof TcpOption.Foreign foreign) {
            throw new UnsupportedScriptException("TCP option " + foreign.keyword());
        } else {
            throw new AssertionError(option);
        }
    }

    private void write(ByteBuffer b, List<Block> blocks) {
        if (2 + 8 * blocks.size() > MAX_OPTIONS - b.position()) {
            throw new ScriptFailure("there is no room for so many SACK blocks");
        }
        b.put((byte) TcpOptions.SACK).put((byte) (2 + 8 * blocks.size()));
        for (Block block : blocks) {
            b.putInt(binding.liveOwnSeq((int) block.left()));
            b.putInt(binding.liveOwnSeq((int) block.right()));
        }
    }

    /** Without ACK the field means nothing (RFC 7323 §3.2), and goes as it is written. */
    private int echo(TcpOption.Timestamps ts, boolean acknowledges) {
        int script = (int) ts.echo();
        if (ts.literal() || !acknowledges) {
            return script;
        }
        Integer live = binding.liveEcho(script);
        if (live != null) {
            return live;
        }
        if (scaledEcho && binding.hasTimestamp()) {
            return binding.liveEchoScaled(script);
        }
        throw new ScriptFailure(
                "no segment sent so far had the timestamp "
                        + ts.echo()
                        + " that this one echoes; write 'ecr "
                        + ts.echo()
                        + "!' to send it as it is");
    }
}
