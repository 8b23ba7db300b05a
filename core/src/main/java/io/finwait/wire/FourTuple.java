package io.finwait.wire;

/**
 * The pair of sockets that identifies a connection (RFC 9293 §3.3.1): addresses and ports of both
 * ends, seen from one of them. It is mutable, so that one object can be filled again and again from
 * segments, ICMP errors and table entries without allocating. Classes that stand for a connection
 * extend it.
 *
 * <p>Addresses are two longs each, see {@link IpAddress}; ports are 0 to 65,535. It has no {@code
 * equals} since it changes; {@link #isSame} compares.
 */
public class FourTuple {

    /** The upper 64 bits of the local address; 0 for IPv4. */
    public long localHigh;

    /** The lower 64 bits of the local address. */
    public long localLow;

    /** The upper 64 bits of the remote address; 0 for IPv4. */
    public long remoteHigh;

    /** The lower 64 bits of the remote address. */
    public long remoteLow;

    /** The local port. */
    public int localPort;

    /** The remote port. */
    public int remotePort;

    /** A tuple of zeros. */
    public FourTuple() {}

    /** A new tuple with these values. */
    public static FourTuple of(
            long localHigh,
            long localLow,
            long remoteHigh,
            long remoteLow,
            int localPort,
            int remotePort) {
        return new FourTuple()
                .set(localHigh, localLow, remoteHigh, remoteLow, localPort, remotePort);
    }

    /** A new tuple with these addresses and ports. */
    public static FourTuple of(IpAddress local, int localPort, IpAddress remote, int remotePort) {
        return of(local.high(), local.low(), remote.high(), remote.low(), localPort, remotePort);
    }

    /** Copies another tuple; returns this. */
    public final FourTuple set(FourTuple other) {
        return set(
                other.localHigh,
                other.localLow,
                other.remoteHigh,
                other.remoteLow,
                other.localPort,
                other.remotePort);
    }

    /** Sets all values; returns this. */
    public final FourTuple set(
            long newLocalHigh,
            long newLocalLow,
            long newRemoteHigh,
            long newRemoteLow,
            int newLocalPort,
            int newRemotePort) {
        localHigh = newLocalHigh;
        localLow = newLocalLow;
        remoteHigh = newRemoteHigh;
        remoteLow = newRemoteLow;
        localPort = newLocalPort;
        remotePort = newRemotePort;
        return this;
    }

    /** Sets the pair of sockets of a segment, as its receiver sees it; returns this. */
    public final FourTuple ofReceiver(Segment segment) {
        return set(
                segment.destinationHigh(),
                segment.destinationLow(),
                segment.sourceHigh(),
                segment.sourceLow(),
                segment.destinationPort(),
                segment.sourcePort());
    }

    /** True when both name the same connection, seen from the same end. */
    public final boolean isSame(FourTuple other) {
        return other.remotePort == remotePort
                && other.localPort == localPort
                && other.remoteLow == remoteLow
                && other.localLow == localLow
                && other.remoteHigh == remoteHigh
                && other.localHigh == localHigh;
    }

    /** True when the addresses are those of IPv4. */
    public final boolean isV4() {
        return IpAddress.isV4(remoteHigh, remoteLow);
    }

    /** The local address; a new object at each call. */
    public final IpAddress localAddress() {
        return new IpAddress(localHigh, localLow);
    }

    /** The local port, 0 to 65,535. */
    public final int localPort() {
        return localPort;
    }

    /** The remote address; a new object at each call. */
    public final IpAddress remoteAddress() {
        return new IpAddress(remoteHigh, remoteLow);
    }

    /** The remote port, 0 to 65,535. */
    public final int remotePort() {
        return remotePort;
    }

    /** Both ports in one word, for hashing. */
    public final long ports() {
        return (long) localPort << 16 | remotePort;
    }

    /** Local and remote socket, as {@code 10.0.0.1:80 > 10.0.0.2:40000}. */
    public final String sockets() {
        return IpAddress.format(localHigh, localLow)
                + ":"
                + localPort
                + " > "
                + IpAddress.format(remoteHigh, remoteLow)
                + ":"
                + remotePort;
    }
}
