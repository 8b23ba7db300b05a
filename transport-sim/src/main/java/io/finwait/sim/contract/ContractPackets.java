package io.finwait.sim.contract;

import io.finwait.wire.IpAddress;
import io.finwait.wire.Ipv4;
import io.finwait.wire.Ipv6;

import java.nio.ByteBuffer;

/**
 * The packets of the contract in one direction: numbered, and all their octets a function of number
 * and length. The number stands in the identification (IPv4) or the flow label (IPv6), so that a
 * bare header has one as well.
 */
final class ContractPackets {

    /** For experiments and testing (RFC 3692 §2.1): no host answers or filters it as its own. */
    private static final int PROTOCOL = 253;

    /** A kernel replaces identification 0 by one of its own. */
    private static final int LARGEST_NUMBER = 0xFFFF;

    private static final int TIME_TO_LIVE = 64;

    private final IpAddress source;
    private final IpAddress destination;
    private final int[] lengths = new int[LARGEST_NUMBER + 1];
    private int lastNumber;

    ContractPackets(IpAddress source, IpAddress destination) {
        if (source.version() != destination.version()) {
            throw new IllegalArgumentException(
                    "near and far address differ in IP version: " + source + ", " + destination);
        }
        this.source = source;
        this.destination = destination;
    }

    /** Octets of the shortest packet. */
    int shortest() {
        return source.isV4() ? Ipv4.HEADER_LENGTH : Ipv6.HEADER_LENGTH;
    }

    /** A packet that was never sent before, until the numbers wrap around. */
    byte[] next(int length) {
        lastNumber = lastNumber % LARGEST_NUMBER + 1;
        lengths[lastNumber] = length;
        return build(lastNumber, length);
    }

    /** The number of a packet of this direction, or 0 when it is somebody else's. */
    int number(byte[] packet) {
        ByteBuffer b = ByteBuffer.wrap(packet);
        if (packet.length < shortest() || (packet[0] >>> 4 & 0xF) != source.version()) {
            return 0;
        }
        if (source.isV4()) {
            boolean ours =
                    Ipv4.protocol(b, 0) == PROTOCOL
                            && Ipv4.source(b, 0) == (int) source.low()
                            && Ipv4.destination(b, 0) == (int) destination.low();
            return ours ? Ipv4.identification(b, 0) : 0;
        }
        boolean ours =
                Ipv6.nextHeader(b, 0) == PROTOCOL
                        && Ipv6.sourceHigh(b, 0) == source.high()
                        && Ipv6.sourceLow(b, 0) == source.low()
                        && Ipv6.destinationHigh(b, 0) == destination.high()
                        && Ipv6.destinationLow(b, 0) == destination.low();
        return ours ? Ipv6.flowLabel(b, 0) & LARGEST_NUMBER : 0;
    }

    /** What the packet of that number must look like octet for octet. */
    byte[] expected(int number) {
        return build(number, lengths[number]);
    }

    private byte[] build(int number, int length) {
        byte[] packet = new byte[length];
        ByteBuffer b = ByteBuffer.wrap(packet);
        if (source.isV4()) {
            int from = (int) source.low();
            int to = (int) destination.low();
            Ipv4.write(b, 0, length, 0, number, TIME_TO_LIVE, PROTOCOL, from, to);
        } else {
            Ipv6.write(
                    b,
                    0,
                    length - Ipv6.HEADER_LENGTH,
                    0,
                    number,
                    TIME_TO_LIVE,
                    PROTOCOL,
                    source.high(),
                    source.low(),
                    destination.high(),
                    destination.low());
        }
        for (int i = shortest(); i < length; i++) {
            packet[i] = (byte) (number * 31 + i * 7 + (i >>> 8));
        }
        return packet;
    }
}
