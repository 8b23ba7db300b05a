package io.finwait.nio;

/**
 * What a link over a socket has carried and lost since it was opened. A snapshot: taken on the
 * endpoint's thread it is exact, taken on another one it may be a little old.
 *
 * @param packetsReceived packets handed to the endpoint
 * @param packetsSent packets that the socket has taken whole
 * @param sendDrops packets that were committed and lost here: no peer known or connected, the
 *     socket refused them, or the peer read nothing for too long
 * @param receiveDrops arrivals that were no packet for this link: empty, too long, from a stranger
 * @param badFrames broken frames of a stream, each of which ended a connection
 * @param connections connections of a stream that came up; 0 for datagrams
 */
public record LinkStatistics(
        long packetsReceived,
        long packetsSent,
        long sendDrops,
        long receiveDrops,
        long badFrames,
        long connections) {}
