package io.finwait.trace;

/** Which way a packet passes a tap, seen from the endpoint above the transport. */
public enum PacketDirection {
    /** The endpoint committed the packet. */
    SENT,
    /** The endpoint received the packet. */
    RECEIVED
}
