package io.finwait.trace.capture;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * A stream as a window of octets that moves forward. A record is read in place: {@link #require}
 * brings it into the window, {@link #skip} passes over it.
 */
final class OctetSource {

    private static final int INITIAL_OCTETS = 1 << 20;

    private final InputStream in;
    private byte[] octets = new byte[INITIAL_OCTETS];
    private ByteBuffer window = ByteBuffer.wrap(octets);
    private ByteBuffer littleEndian = window.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    private int at;
    private int end;
    private long octetsBefore;

    OctetSource(InputStream in) {
        this.in = in;
    }

    /** Where the window stands in the stream, in octets from its beginning. */
    long position() {
        return octetsBefore + at;
    }

    /** The window as big-endian; what was required begins at {@link #at()}. */
    ByteBuffer bigEndian() {
        return window;
    }

    /** The window in the order that a file uses. */
    ByteBuffer inOrder(ByteOrder order) {
        return order == ByteOrder.BIG_ENDIAN ? window : littleEndian;
    }

    int at() {
        return at;
    }

    /**
     * Waits until so many octets stand in the window.
     *
     * @return false when the stream ends before; {@link #available} says how many there are
     */
    boolean require(int count) throws IOException {
        while (end - at < count) {
            makeRoom(count);
            int read = in.read(octets, end, octets.length - end);
            if (read < 0) {
                return false;
            }
            end += read;
        }
        return true;
    }

    int available() {
        return end - at;
    }

    /** Passes over octets that stand in the window. */
    void skip(int count) {
        at += count;
    }

    private void makeRoom(int count) {
        if (octets.length - at >= count && end < octets.length) {
            return;
        }
        int kept = end - at;
        if (octets.length < count) {
            // Never more than a record claims, and a record's claim is bounded by its reader.
            octets = Arrays.copyOfRange(octets, at, at + Math.max(count, 2 * octets.length));
            window = ByteBuffer.wrap(octets);
            littleEndian = window.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        } else {
            System.arraycopy(octets, at, octets, 0, kept);
        }
        octetsBefore += at;
        at = 0;
        end = kept;
    }
}
