package io.finwait.trace.capture;

import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * The newer format (draft-ietf-opsawg-pcapng): blocks, of which section headers, interface
 * descriptions and the three kinds of packet blocks are read and all others passed over.
 */
final class PcapngReader extends CaptureReader {

    static final int SECTION_HEADER = 0x0A0D0D0A;

    private static final int BYTE_ORDER_MAGIC = 0x1A2B3C4D;
    private static final int INTERFACE = 1;
    private static final int OBSOLETE_PACKET = 2;
    private static final int SIMPLE_PACKET = 3;
    private static final int ENHANCED_PACKET = 6;

    private static final int BLOCK_HEADER = 8;
    private static final int BLOCK_FRAME = 12;
    private static final int SECTION_FIXED = 16;
    private static final int INTERFACE_FIXED = 8;
    private static final int PACKET_FIXED = 20;
    private static final int LARGEST_BLOCK = LARGEST_PACKET + (1 << 20);
    private static final int MOST_INTERFACES = 1 << 16;

    private static final int OPTION_END = 0;
    private static final int OPTION_RESOLUTION = 9;
    private static final int OPTION_OFFSET = 14;
    private static final long NS_PER_SECOND = 1_000_000_000L;
    private static final int LARGEST_DECIMAL_RESOLUTION = 18;

    /** What a section says of one of its interfaces. */
    private static final class Interface {
        int linkType;
        int snapLength;
        long ticksPerSecond = 1_000_000;
        long offsetSeconds;

        long timeNs(long ticks) {
            long seconds = Long.divideUnsigned(ticks, ticksPerSecond);
            long rest = Long.remainderUnsigned(ticks, ticksPerSecond);
            return (seconds + offsetSeconds) * NS_PER_SECOND + restNs(rest);
        }

        private long restNs(long rest) {
            if (ticksPerSecond <= NS_PER_SECOND) {
                return rest * NS_PER_SECOND / ticksPerSecond;
            }
            return BigInteger.valueOf(rest)
                    .multiply(BigInteger.valueOf(NS_PER_SECOND))
                    .divide(BigInteger.valueOf(ticksPerSecond))
                    .longValue();
        }
    }

    private final List<Interface> interfaces = new ArrayList<>();
    private ByteOrder order = ByteOrder.BIG_ENDIAN;

    PcapngReader(InputStream in, OctetSource source) {
        super(in, source);
    }

    @Override
    public boolean next(CapturedPacket packet) throws IOException {
        while (true) {
            if (!source.require(BLOCK_FRAME)) {
                if (source.available() == 0) {
                    return false;
                }
                throw broken("the file ends inside the header of a block");
            }
            int at = source.at();
            int type = source.bigEndian().getInt(at);
            if (type == SECTION_HEADER) {
                order = orderOfSection(at);
                interfaces.clear();
            }
            ByteBuffer b = source.inOrder(order);
            type = b.getInt(at);
            int length = b.getInt(at + 4);
            if (length < BLOCK_FRAME || (length & 3) != 0 || length > LARGEST_BLOCK) {
                throw broken(
                        "a block claims a length of "
                                + Integer.toUnsignedString(length)
                                + " octets; the file is damaged here");
            }
            if (!source.require(length)) {
                throw broken("the file ends inside a block");
            }
            boolean isPacket = block(type, length, packet);
            source.skip(length);
            if (isPacket) {
                return true;
            }
        }
    }

    private ByteOrder orderOfSection(int at) throws IOException {
        int magic = source.bigEndian().getInt(at + BLOCK_HEADER);
        if (magic == BYTE_ORDER_MAGIC) {
            return ByteOrder.BIG_ENDIAN;
        }
        if (Integer.reverseBytes(magic) == BYTE_ORDER_MAGIC) {
            return ByteOrder.LITTLE_ENDIAN;
        }
        throw broken("a section has no byte-order magic; the file is damaged here");
    }

    private boolean block(int type, int length, CapturedPacket packet) throws IOException {
        int body = length - BLOCK_FRAME;
        return switch (type) {
            case SECTION_HEADER -> {
                if (body < SECTION_FIXED) {
                    throw broken("a section header is too short");
                }
                yield false;
            }
            case INTERFACE -> {
                describeInterface(body);
                yield false;
            }
            case ENHANCED_PACKET -> packet(packet, body, false);
            case OBSOLETE_PACKET -> packet(packet, body, true);
            case SIMPLE_PACKET -> simplePacket(packet, body);
            default -> false;
        };
    }

    private void describeInterface(int body) throws IOException {
        if (body < INTERFACE_FIXED) {
            throw broken("an interface description is too short");
        }
        if (interfaces.size() == MOST_INTERFACES) {
            throw broken("a section describes more than " + MOST_INTERFACES + " interfaces");
        }
        ByteBuffer b = source.inOrder(order);
        int at = source.at() + BLOCK_HEADER;
        Interface described = new Interface();
        described.linkType = b.getShort(at) & 0xFFFF;
        described.snapLength = b.getInt(at + 4);
        readOptions(described, at + INTERFACE_FIXED, at + body);
        interfaces.add(described);
    }

    private void readOptions(Interface described, int begin, int end) throws IOException {
        ByteBuffer b = source.inOrder(order);
        int at = begin;
        while (at + 4 <= end) {
            int code = b.getShort(at) & 0xFFFF;
            int length = b.getShort(at + 2) & 0xFFFF;
            if (code == OPTION_END) {
                return;
            }
            if (at + 4 + length > end) {
                throw broken("an option of an interface description is cut");
            }
            if (code == OPTION_RESOLUTION && length >= 1) {
                described.ticksPerSecond = ticksPerSecond(b.get(at + 4));
            } else if (code == OPTION_OFFSET && length >= 8) {
                described.offsetSeconds = b.getLong(at + 4);
            }
            at += 4 + (length + 3 & ~3);
        }
    }

    /** A power of ten, or with the highest bit set a power of two. */
    private long ticksPerSecond(byte resolution) throws IOException {
        int exponent = resolution & 0x7F;
        if (resolution < 0) {
            if (exponent < Long.SIZE - 1) {
                return 1L << exponent;
            }
        } else if (exponent <= LARGEST_DECIMAL_RESOLUTION) {
            long ticks = 1;
            for (int i = 0; i < exponent; i++) {
                ticks *= 10;
            }
            return ticks;
        }
        throw broken("an interface counts time in a unit that nobody can read: " + resolution);
    }

    private boolean packet(CapturedPacket packet, int body, boolean obsolete) throws IOException {
        if (body < PACKET_FIXED) {
            throw broken("a packet block is too short");
        }
        ByteBuffer b = source.inOrder(order);
        int at = source.at() + BLOCK_HEADER;
        int number = obsolete ? b.getShort(at) & 0xFFFF : b.getInt(at);
        Interface on = interfaceOf(number);
        long high = b.getInt(at + 4) & 0xFFFF_FFFFL;
        long low = b.getInt(at + 8) & 0xFFFF_FFFFL;
        int captured = b.getInt(at + 12);
        int original = b.getInt(at + 16);
        requireInside(captured, body - PACKET_FIXED);
        packet.set(
                on.linkType,
                number,
                on.timeNs(high << 32 | low),
                source.bigEndian(),
                at + PACKET_FIXED,
                captured,
                Math.max(original, captured));
        return true;
    }

    /** A simple packet has no time of its own; it is given time 0. */
    private boolean simplePacket(CapturedPacket packet, int body) throws IOException {
        if (body < 4) {
            throw broken("a packet block is too short");
        }
        Interface on = interfaceOf(0);
        int at = source.at() + BLOCK_HEADER;
        int original = source.inOrder(order).getInt(at);
        if (original < 0) {
            throw broken("a packet claims a negative length; the file is damaged here");
        }
        int captured = Math.min(original, body - 4);
        if (on.snapLength > 0) {
            captured = Math.min(captured, on.snapLength);
        }
        packet.set(on.linkType, 0, 0, source.bigEndian(), at + 4, captured, original);
        return true;
    }

    private Interface interfaceOf(int number) throws IOException {
        if (number < 0 || number >= interfaces.size()) {
            throw broken(
                    "a packet names interface "
                            + Integer.toUnsignedString(number)
                            + ", and its section describes "
                            + interfaces.size());
        }
        return interfaces.get(number);
    }

    private void requireInside(int captured, int room) throws IOException {
        if (captured < 0 || captured > room) {
            throw broken(
                    "a packet claims "
                            + Integer.toUnsignedString(captured)
                            + " octets in a block that has room for "
                            + room);
        }
    }
}
