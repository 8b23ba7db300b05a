package io.finwait.trace.explain;

import io.finwait.tcp.State;

/**
 * One side of a connection.
 *
 * @param address its address and port, as people write them
 * @param packets how many of its packets the capture holds; with 0 this direction is missing
 * @param textOctets octets of text that it sent, each counted once
 * @param unacknowledgedOctets octets of its text that the other end never acknowledged, and that
 *     may be lost
 * @param missingOctets octets that the other end acknowledged and the capture does not hold
 * @param againSegments segments with text that it sent again
 * @param zeroWindows segments in which it offered a window of 0
 * @param damaged segments whose checksum is wrong; many are those of a card that fills it in later
 * @param finNumber the packet of its first FIN; 0 when there is none
 * @param finNs when that was captured
 * @param state the state that it is in, as far as can be concluded
 * @param stateSinceNs since when
 * @param stateIsAssumed true when its last step rests on a segment whose arrival nothing proves
 */
public record SideStory(
        String address,
        long packets,
        long textOctets,
        long unacknowledgedOctets,
        long missingOctets,
        long againSegments,
        long zeroWindows,
        long damaged,
        long finNumber,
        long finNs,
        State state,
        long stateSinceNs,
        boolean stateIsAssumed) {

    static SideStory of(Conversation conversation, int side) {
        Flow flow = conversation.flows[side];
        String address = io.finwait.wire.IpAddress.format(flow.addressHigh, flow.addressLow);
        boolean v4 = io.finwait.wire.IpAddress.isV4(flow.addressHigh, flow.addressLow);
        return new SideStory(
                (v4 ? address : "[" + address + "]") + ":" + flow.port,
                flow.packets,
                flow.textOctets(),
                flow.unacknowledgedOctets(),
                flow.missingOctets,
                flow.againSegments,
                flow.zeroWindows,
                flow.damaged,
                flow.finSeen ? flow.finNumber : 0,
                flow.finNs,
                conversation.states.state(side),
                conversation.states.sinceNs(side),
                conversation.states.isAssumed(side));
    }
}
