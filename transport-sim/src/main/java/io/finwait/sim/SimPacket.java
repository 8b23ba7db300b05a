package io.finwait.sim;

import io.finwait.spi.Packet;

import java.nio.ByteBuffer;

/**
 * A packet on its way through a {@link SimNetwork}, as observers see it. The object and its octets
 * are pooled: they are valid during the call that shows them, {@link #octets()} makes a copy.
 */
public final class SimPacket {

    /** Where the packet stands; who may touch it follows from it. */
    enum Place {
        FREE,
        CLAIMED,
        WAITING,
        FLYING,
        HELD,
        ARRIVED,
        LENT
    }

    private static final int NONE = -1;

    final Packet packet;
    Place place = Place.FREE;
    SimTransport owner;
    Node from;
    Node to;
    boolean doomed;

    /** True for an Ethernet frame, false for an IP packet. */
    boolean isFrame;

    Rule heldBy;
    long dueNs;
    long arrivalNs;
    long order;
    private long number;
    private long copyOf;
    private long sentNs;

    SimPacket(Packet packet) {
        this.packet = packet;
    }

    void sent(long newNumber, long original, long nowNs) {
        number = newNumber;
        copyOf = original;
        sentNs = nowNs;
        doomed = false;
        heldBy = null;
    }

    void sent(long newNumber, long nowNs) {
        sent(newNumber, NONE, nowNs);
    }

    /** Packets of a network are numbered from 0 on in the order of sending, copies included. */
    public long number() {
        return number;
    }

    /** True when the network made this packet by duplicating another. */
    public boolean isCopy() {
        return copyOf != NONE;
    }

    /** The number of the packet that this one is a copy of, or -1. */
    public long copyOf() {
        return copyOf;
    }

    /** Name of the host that sent it. */
    public String from() {
        return from.name();
    }

    /** Name of the host that it goes to; empty when there is none. */
    public String to() {
        return to == null ? "" : to.name();
    }

    /** When it was sent, or copied. */
    public long sentNs() {
        return sentNs;
    }

    /** Holds the octets, big-endian; to be read by absolute index. */
    public ByteBuffer buffer() {
        return packet.buffer();
    }

    /** Index of the first octet of the IP header, or of the frame, in {@link #buffer()}. */
    public int offset() {
        return packet.offset();
    }

    /** Octets of the packet. */
    public int length() {
        return packet.length();
    }

    /** A copy of the packet's octets. */
    public byte[] octets() {
        byte[] octets = new byte[length()];
        buffer().get(offset(), octets);
        return octets;
    }

    @Override
    public String toString() {
        return "packet " + number + " " + from() + " > " + to() + ", " + length() + " octets";
    }
}
