package io.finwait.sim.script;

import io.finwait.wire.Checksum;
import io.finwait.wire.Protocol;
import io.finwait.wire.TcpHeader;

import java.nio.ByteBuffer;
import java.util.Map;

/**
 * Turns an ICMP message of the script into a packet that quotes a segment of the socket under test.
 */
final class IcmpWriter {

    private static final int HEADER = 8;
    private static final int CHECKSUM = 2;
    private static final int REST = 4;

    private static final Map<String, Integer> TYPES_4 =
            Map.of(
                    "echo_reply", 0,
                    "unreachable", 3,
                    "source_quench", 4,
                    "redirect", 5,
                    "echo_request", 8,
                    "time_exceeded", 11,
                    "parameter_problem", 12);

    private static final Map<String, Integer> CODES_4 =
            Map.ofEntries(
                    Map.entry("net_unreachable", 0),
                    Map.entry("host_unreachable", 1),
                    Map.entry("protocol_unreachable", 2),
                    Map.entry("port_unreachable", 3),
                    Map.entry("frag_needed", 4),
                    Map.entry("source_route_failed", 5),
                    Map.entry("net_unknown", 6),
                    Map.entry("host_unknown", 7),
                    Map.entry("source_host_isolated", 8),
                    Map.entry("net_prohibited", 9),
                    Map.entry("host_prohibited", 10),
                    Map.entry("net_unreachable_for_tos", 11),
                    Map.entry("host_unreachable_for_tos", 12),
                    Map.entry("packet_filtered", 13),
                    Map.entry("precedence_violation", 14),
                    Map.entry("precedence_cutoff", 15),
                    Map.entry("ttl_exceeded_in_transit", 0),
                    Map.entry("frag_reass_exceeded", 1));

    private static final Map<String, Integer> TYPES_6 =
            Map.of(
                    "unreachable", 1,
                    "packet_too_big", 2,
                    "time_exceeded", 3,
                    "parameter_problem", 4,
                    "echo_request", 128,
                    "echo_reply", 129);

    private static final Map<String, Integer> CODES_6 =
            Map.ofEntries(
                    Map.entry("no_route", 0),
                    Map.entry("admin_prohibited", 1),
                    Map.entry("beyond_scope", 2),
                    Map.entry("not_neighbour", 2),
                    Map.entry("address_unreachable", 3),
                    Map.entry("port_unreachable", 4),
                    Map.entry("exceeded_hop_limit", 0),
                    Map.entry("exceeded_frag_time", 1),
                    Map.entry("header_field", 0),
                    Map.entry("unknown_next_header", 1),
                    Map.entry("unknown_option", 2));

    private final ScriptWire wire;
    private final ScriptBinding binding;

    IcmpWriter(ScriptWire wire, ScriptBinding binding) {
        this.wire = wire;
        this.binding = binding;
    }

    ByteBuffer packet(IcmpPacket message) {
        int protocol = wire.isV4() ? Protocol.ICMP : Protocol.ICMPV6;
        boolean quotes = message.id().isEmpty();
        int quoted = quotes ? wire.ipHeaderLength() + TcpHeader.LENGTH : 0;
        ByteBuffer b = wire.packet(protocol, HEADER + quoted, message.ip());
        int at = wire.ipHeaderLength();
        b.put(at, (byte) number("type", message.type(), wire.isV4() ? TYPES_4 : TYPES_6));
        b.put(at + 1, (byte) number("code", message.code(), wire.isV4() ? CODES_4 : CODES_6));
        long rest = message.mtu().orElse(0) | message.id().orElse(0) << 16;
        b.putInt(at + REST, (int) rest);
        if (quotes) {
            quote(b, at + HEADER, message);
        }
        int length = HEADER + quoted;
        int checksum =
                wire.isV4()
                        ? Checksum.finish(Checksum.add(b, at, length, 0))
                        : wire.checksum(b, at, length, protocol);
        b.putShort(at + CHECKSUM, (short) checksum);
        return b;
    }

    /** The head of a segment of ours, as a router would quote it. */
    private void quote(ByteBuffer b, int at, IcmpPacket message) {
        int text = message.quoted().map(TcpPacket.Sequence::length).orElse(0);
        int seq = message.quoted().map(q -> (int) q.start()).orElse(0);
        wire.header(b, at, Protocol.TCP, TcpHeader.LENGTH + text, IpInfo.NONE, false);
        TcpHeader.write(
                b,
                at + wire.ipHeaderLength(),
                binding.localPort(),
                binding.remotePort(),
                binding.liveOwnSeq(seq),
                0,
                TcpHeader.LENGTH,
                TcpHeader.ACK,
                0);
    }

    private static int number(String what, String word, Map<String, Integer> words) {
        if (word.isEmpty()) {
            return 0;
        }
        if (word.matches(what + "_\\d{1,3}")) {
            return Integer.parseInt(word.substring(what.length() + 1));
        }
        Integer number = words.get(word);
        if (number == null) {
            throw new ScriptFailure("there is no ICMP " + what + " '" + word + "'");
        }
        return number;
    }
}
