package io.finwait.benchmarks.capture;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/**
 * Writes a large capture: many connections to one server, a thousand of them open at a time, most
 * closed in order, some reset, refused, unanswered, half-closed or left open. The same arguments
 * write the same octets.
 */
public final class LargeCapture {

    private static final int OPEN_AT_A_TIME = 1_000;
    private static final int FILE_HEADER = 24;
    private static final int LINK_TYPE_ETHERNET = 1;
    private static final int SNAPLEN = 262_144;
    private static final int MEAN_GAP_NS = 100_000;
    private static final long SEED = 1;

    private LargeCapture() {}

    /** {@code FILE MEGABYTES CONNECTIONS}. */
    public static void main(String[] args) throws IOException {
        if (args.length != 3) {
            System.err.println("usage: LargeCapture FILE MEGABYTES CONNECTIONS");
            System.exit(2);
        }
        long octets = Long.parseLong(args[1]) * 1_000_000;
        write(Path.of(args[0]), octets, Integer.parseInt(args[2]));
    }

    private static void write(Path file, long octets, int connections) throws IOException {
        Random random = new Random(SEED);
        double meanText = CapturedConnection.meanText(octets / (double) connections);
        CapturedConnection[] open = new CapturedConnection[Math.min(OPEN_AT_A_TIME, connections)];
        int begun = 0;
        while (begun < open.length) {
            open[begun] = new CapturedConnection(begun++, meanText, random);
        }
        int left = open.length;
        long nowNs = 1_700_000_000_000_000_000L;
        ByteBuffer record = ByteBuffer.allocate(CapturedConnection.LARGEST_RECORD);
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 20)) {
            out.write(fileHeader());
            while (left > 0) {
                int at = random.nextInt(left);
                nowNs += random.nextInt(2 * MEAN_GAP_NS);
                boolean more = open[at].next(record, nowNs);
                out.write(record.array(), 0, record.position());
                if (!more && begun < connections) {
                    open[at] = new CapturedConnection(begun++, meanText, random);
                } else if (!more) {
                    open[at] = open[--left];
                }
            }
        }
    }

    private static byte[] fileHeader() {
        return ByteBuffer.allocate(FILE_HEADER)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(0xA1B23C4D)
                .putShort((short) 2)
                .putShort((short) 4)
                .putInt(0)
                .putInt(0)
                .putInt(SNAPLEN)
                .putInt(LINK_TYPE_ETHERNET)
                .array();
    }
}
