package io.finwait.trace.explain;

/**
 * A segment that a story speaks of.
 *
 * @param number its packet's place in the file, from 1
 * @param timeNs when it was captured, since 1970-01-01 UTC
 * @param side who sent it: 0 the opener, 1 the other end
 * @param flags as in the header
 * @param seq relative to the initial sequence number of its sender
 * @param ack relative to the other end's
 * @param textOctets octets of text
 * @param window the window field, not scaled
 * @param timeToLive time to live, or hop limit
 */
public record Seen(
        long number,
        long timeNs,
        int side,
        int flags,
        long seq,
        long ack,
        int textOctets,
        int window,
        int timeToLive) {}
