package io.finwait.sim.script;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * An ICMP message that is injected or expected.
 *
 * @param type a word such as {@code unreachable} or {@code type_3}
 * @param code a word such as {@code port_unreachable}; may be empty
 * @param mtu of "fragmentation needed" and "packet too big"
 * @param id of an echo
 * @param quoted the sequence numbers of the quoted segment
 */
record IcmpPacket(
        boolean outbound,
        IpInfo ip,
        String type,
        String code,
        OptionalLong mtu,
        OptionalLong id,
        Optional<TcpPacket.Sequence> quoted)
        implements Event.Action {

    @Override
    public boolean isExpectation() {
        return outbound;
    }
}
