package io.finwait.trace.capture;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPInputStream;

/**
 * Reads the packets of a capture, one after the other. One thread at a time.
 *
 * <p>Formats: pcap of both byte orders, with microseconds or nanoseconds; pcapng with any number of
 * sections and interfaces and any resolution of time; either of them compressed with gzip.
 */
public abstract class CaptureReader implements Closeable {

    /** No tool captures more of one packet; a larger claim is a broken file. */
    static final int LARGEST_PACKET = 1 << 24;

    private static final int GZIP_MAGIC = 0x1F8B;
    private static final int GZIP_BUFFER = 1 << 16;

    private final InputStream in;
    final OctetSource source;

    CaptureReader(InputStream in, OctetSource source) {
        this.in = in;
        this.source = source;
    }

    /**
     * Opens a file.
     *
     * @throws BrokenCaptureException when it is no capture
     * @throws IOException when it can't be read
     */
    public static CaptureReader open(Path file) throws IOException {
        InputStream in = Files.newInputStream(file);
        try {
            return open(in);
        } catch (IOException | RuntimeException e) {
            in.close();
            throw e;
        }
    }

    /**
     * Reads a stream, also one that still grows: a packet is given out as soon as it is whole.
     *
     * @param in the reader's from now on, which closes it
     * @throws BrokenCaptureException when it is no capture
     * @throws IOException when it can't be read
     */
    public static CaptureReader open(InputStream in) throws IOException {
        InputStream buffered = in.markSupported() ? in : new BufferedInputStream(in);
        buffered.mark(2);
        int first = buffered.read();
        int second = first < 0 ? -1 : buffered.read();
        buffered.reset();
        if ((first << 8 | second) == GZIP_MAGIC) {
            return detect(new GZIPInputStream(buffered, GZIP_BUFFER));
        }
        return detect(buffered);
    }

    private static CaptureReader detect(InputStream in) throws IOException {
        OctetSource source = new OctetSource(in);
        if (!source.require(4)) {
            throw new BrokenCaptureException(
                    source.available() == 0
                            ? "the file is empty"
                            : "the file ends after " + source.available() + " octets",
                    0);
        }
        int magic = source.bigEndian().getInt(source.at());
        if (magic == PcapngReader.SECTION_HEADER) {
            return new PcapngReader(in, source);
        }
        for (ByteOrder order : List.of(ByteOrder.BIG_ENDIAN, ByteOrder.LITTLE_ENDIAN)) {
            int inOrder = source.inOrder(order).getInt(source.at());
            if (inOrder == PcapReader.MICROSECONDS || inOrder == PcapReader.NANOSECONDS) {
                int nsPerTick = inOrder == PcapReader.NANOSECONDS ? 1 : 1_000;
                return new PcapReader(in, source, order, nsPerTick);
            }
        }
        throw new BrokenCaptureException(
                String.format(
                        "this is not a pcap or pcapng file: it begins with %08x; save the capture"
                                + " as pcap or pcapng",
                        magic),
                0);
    }

    /**
     * Reads the next packet; waits for it when the stream still grows.
     *
     * @return false at the end of the file
     * @throws BrokenCaptureException when the file is damaged or cut here; the reader is of no
     *     further use
     * @throws IOException when the file can't be read
     */
    public abstract boolean next(CapturedPacket packet) throws IOException;

    /** Octets of the (uncompressed) file that have been read. */
    public long octetsRead() {
        return source.position();
    }

    @Override
    public void close() throws IOException {
        in.close();
    }

    BrokenCaptureException broken(String what) {
        return new BrokenCaptureException(what, source.position());
    }
}
