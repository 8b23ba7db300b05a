package io.finwait.tcp;

import io.finwait.wire.IpAddress;

/**
 * Which connections are whose, where several endpoints have the same addresses: one for each
 * processor, for instance. Every connection has one owner, which its ports and the peer's address
 * decide. So it does not matter on which of several queues a packet comes in, nothing has to be
 * remembered, and what is left of a connection, a record in TIME-WAIT or the cookie of a SYN, is
 * found at the same endpoint.
 *
 * <p>An ephemeral port belongs to one endpoint, {@code port mod count}: that one connects from it,
 * and listens on it alone. At all other ports the owner of a connection is chosen by a keyed hash
 * of the peer's address and both ports, so that peers can't easily choose it.
 */
public final class FlowShare {

    /** The most endpoints that share addresses. */
    public static final int MOST = 256;

    private static final long FACTOR_1 = 0xFF51_AFD7_ED55_8CCDL;
    private static final long FACTOR_2 = 0xC4CE_B9FE_1A85_EC53L;

    private final int index;
    private final int count;
    private final long key;
    private final int first;
    private final int last;

    FlowShare(int index, int count, long key, int firstEphemeralPort, int lastEphemeralPort) {
        this.index = index;
        this.count = count;
        this.key = key;
        first = firstEphemeralPort;
        last = lastEphemeralPort;
    }

    /** Which of the endpoints this is, 0 to {@code count - 1}. */
    public int index() {
        return index;
    }

    /** How many endpoints there are, 1 to {@link #MOST}. */
    public int count() {
        return count;
    }

    /** The secret of the hash. */
    long key() {
        return key;
    }

    /**
     * The endpoint that a connection belongs to, 0 to {@code count - 1}.
     *
     * @param localPort the port of the endpoints
     * @param remoteHigh the peer's address, as {@link IpAddress#high}
     * @param remoteLow the peer's address, as {@link IpAddress#low}
     * @param remotePort the peer's port
     */
    public int ownerOf(int localPort, long remoteHigh, long remoteLow, int remotePort) {
        if (count == 1) {
            return 0;
        }
        if (localPort >= first && localPort <= last) {
            return localPort % count;
        }
        long h = mix(key ^ remoteHigh);
        h = mix(h ^ remoteLow);
        h = mix(h ^ ((long) localPort << 16 | remotePort));
        return (int) (((h >>> 32) * count) >>> 32);
    }

    /** True when a connection belongs to this endpoint. */
    public boolean has(int localPort, IpAddress remote, int remotePort) {
        return ownerOf(localPort, remote.high(), remote.low(), remotePort) == index;
    }

    /** How many ephemeral ports this endpoint has; may be 0 when there are very few. */
    public int ephemeralPorts() {
        int begin = firstOfOurs();
        return begin > last ? 0 : (last - begin) / count + 1;
    }

    /**
     * An ephemeral port of this endpoint.
     *
     * @param which 0 to {@link #ephemeralPorts()} - 1
     */
    public int ephemeralPort(int which) {
        return firstOfOurs() + which * count;
    }

    private int firstOfOurs() {
        return first + Math.floorMod(index - first, count);
    }

    /** Every bit of the input changes every bit of the output (MurmurHash3's last step). */
    private static long mix(long value) {
        long h = value;
        h ^= h >>> 33;
        h *= FACTOR_1;
        h ^= h >>> 33;
        h *= FACTOR_2;
        return h ^ h >>> 33;
    }

    @Override
    public String toString() {
        return "FlowShare[" + index + " of " + count + "]";
    }
}
