package io.finwait.trace;

import java.io.Closeable;
import java.io.Flushable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Writes captures of IP packets in pcapng (draft-ietf-opsawg-pcapng), which Wireshark and tshark
 * read: stamps in nanoseconds, comments on packets, several named interfaces.
 *
 * <pre>
 * Section Header   once
 * Interface        one per {@link #addInterface}, link type 101 (raw IP), resolution 10^-9 s
 * Enhanced Packet  one per {@link #packet}: stamp, octets, direction, comments
 * </pre>
 *
 * <p>Blocks gather in a buffer. The last packet stays there until the next one or {@link #flush()},
 * so that what the packet led to can still be written on it. Whole blocks only reach the channel:
 * what has been flushed is a complete file. Nothing is allocated for a packet without comment.
 *
 * <p>For one thread.
 */
public final class PcapngWriter implements Closeable, Flushable {

    private static final int SECTION_HEADER = 0x0A0D0D0A;
    private static final int INTERFACE_DESCRIPTION = 1;
    private static final int ENHANCED_PACKET = 6;
    private static final int BYTE_ORDER_MAGIC = 0x1A2B3C4D;
    private static final int LINKTYPE_RAW = 101;

    private static final int OPT_END = 0;
    private static final int OPT_COMMENT = 1;
    private static final int SHB_USER_APPLICATION = 4;
    private static final int IF_NAME = 2;
    private static final int IF_TIME_RESOLUTION = 9;
    private static final int EPB_FLAGS = 2;
    private static final int INBOUND = 1;
    private static final int OUTBOUND = 2;

    private static final int LONGEST_OPTION = 65_535;
    private static final int FIRST_CAPACITY = 256 * 1024;

    /** End of options, and the block's length once more. */
    private static final int TRAILER = 8;

    private final WritableByteChannel channel;
    private final Flushable alsoFlushed;
    private ByteBuffer buffer = ByteBuffer.allocate(FIRST_CAPACITY);
    private int blockStart;
    private int lastBlock = -1;
    private int interfaces;
    private long packets;
    private boolean closed;

    /** Writes to a channel, which must be blocking; closed with this writer. */
    public PcapngWriter(WritableByteChannel channel) {
        this(channel, () -> {});
    }

    /** Writes to a stream; closed with this writer. */
    public PcapngWriter(OutputStream out) {
        this(Channels.newChannel(out), out);
    }

    private PcapngWriter(WritableByteChannel channel, Flushable alsoFlushed) {
        this.channel = channel;
        this.alsoFlushed = alsoFlushed;
        begin(SECTION_HEADER);
        buffer.putInt(BYTE_ORDER_MAGIC).putShort((short) 1).putShort((short) 0).putLong(-1);
        option(SHB_USER_APPLICATION, "finwait".getBytes(StandardCharsets.UTF_8));
        end();
    }

    /**
     * Writes to a file, which is made or emptied.
     *
     * @throws IOException when the file can't be written
     */
    public static PcapngWriter create(Path file) throws IOException {
        // A stream and no FileChannel: an interrupt of the writing thread would close the channel.
        return new PcapngWriter(Files.newOutputStream(file));
    }

    /**
     * Adds an interface.
     *
     * @param name what the reader sees, an end's name for instance
     * @return its number for {@link #packet}
     * @throws IOException when the channel fails
     */
    public int addInterface(String name) throws IOException {
        requireOpen();
        byte[] octets = name.getBytes(StandardCharsets.UTF_8);
        lastBlock = -1;
        makeRoom(64 + octets.length);
        begin(INTERFACE_DESCRIPTION);
        // A snapshot length of 0 means that packets are never cut.
        buffer.putShort((short) LINKTYPE_RAW).putShort((short) 0).putInt(0);
        option(IF_NAME, octets);
        buffer.putShort((short) IF_TIME_RESOLUTION).putShort((short) 1).putInt(9 << 24);
        end();
        return interfaces++;
    }

    /**
     * Adds a packet.
     *
     * @param interfaceNumber from {@link #addInterface}
     * @param epochNs nanoseconds since 1970-01-01 UTC
     * @param direction outbound when sent, inbound when received
     * @param octets read by absolute index, copied
     * @param offset index of the first octet of the IP header
     * @param length octets of the packet
     * @return the packet's number, for {@link #comment}
     * @throws IOException when the channel fails
     */
    public long packet(
            int interfaceNumber,
            long epochNs,
            PacketDirection direction,
            ByteBuffer octets,
            int offset,
            int length)
            throws IOException {
        requireOpen();
        if (interfaceNumber < 0 || interfaceNumber >= interfaces) {
            throw new IllegalArgumentException(
                    "there is no interface " + interfaceNumber + "; call addInterface first");
        }
        lastBlock = -1;
        makeRoom(64 + length);
        lastBlock = buffer.position();
        begin(ENHANCED_PACKET);
        buffer.putInt(interfaceNumber).putLong(epochNs).putInt(length).putInt(length);
        buffer.put(buffer.position(), octets, offset, length);
        buffer.position(buffer.position() + length);
        pad(length);
        buffer.putShort((short) EPB_FLAGS).putShort((short) 4);
        buffer.putInt(direction == PacketDirection.SENT ? OUTBOUND : INBOUND);
        end();
        return packets++;
    }

    /**
     * Writes a comment on a packet; several may stand on one.
     *
     * @param packet its number; only the last packet can still be written on, until {@link
     *     #flush()}
     * @param text at most 65,535 octets in UTF-8
     * @return false when that packet has been written out already: the comment is not there then
     * @throws IOException when the channel fails
     */
    public boolean comment(long packet, String text) throws IOException {
        if (closed || lastBlock < 0 || packet != packets - 1) {
            return false;
        }
        byte[] octets = text.getBytes(StandardCharsets.UTF_8);
        if (octets.length > LONGEST_OPTION) {
            throw new IllegalArgumentException(
                    "a comment of " + octets.length + " octets does not fit; write at most 65535");
        }
        makeRoom(16 + octets.length);
        buffer.position(buffer.position() - TRAILER);
        option(OPT_COMMENT, octets);
        endBlockAt(lastBlock);
        return true;
    }

    /** How many packets have been added. */
    public long packets() {
        return packets;
    }

    /** Writes everything out; the last packet takes no more comments. */
    @Override
    public void flush() throws IOException {
        if (closed || buffer.position() == 0) {
            return;
        }
        writeOut(buffer.position());
        lastBlock = -1;
        alsoFlushed.flush();
    }

    /** Writes everything out and closes the channel; a second call does nothing. */
    @Override
    public void close() throws IOException {
        if (closed) {
            return;
        }
        try (channel) {
            flush();
        } finally {
            closed = true;
        }
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the capture is closed; make a new PcapngWriter");
        }
    }

    private void begin(int type) {
        blockStart = buffer.position();
        buffer.putInt(type).putInt(0);
    }

    private void end() {
        endBlockAt(blockStart);
    }

    private void endBlockAt(int start) {
        buffer.putShort((short) OPT_END).putShort((short) 0);
        int total = buffer.position() + 4 - start;
        buffer.putInt(total);
        buffer.putInt(start + 4, total);
    }

    private void option(int code, byte[] octets) {
        buffer.putShort((short) code).putShort((short) octets.length).put(octets);
        pad(octets.length);
    }

    private void pad(int length) {
        for (int i = length; (i & 3) != 0; i++) {
            buffer.put((byte) 0);
        }
    }

    /** Writes out what is not needed any more, and grows the buffer where that is not enough. */
    private void makeRoom(int octets) throws IOException {
        if (buffer.remaining() >= octets) {
            return;
        }
        writeOut(lastBlock < 0 ? buffer.position() : lastBlock);
        lastBlock = lastBlock < 0 ? -1 : 0;
        if (buffer.remaining() < octets) {
            ByteBuffer larger = ByteBuffer.allocate(2 * (buffer.position() + octets));
            buffer = larger.put(buffer.flip());
        }
    }

    private void writeOut(int end) throws IOException {
        int held = buffer.position();
        buffer.flip().limit(end);
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
        buffer.limit(held);
        buffer.compact();
    }
}
