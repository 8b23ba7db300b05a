package io.finwait.tcp.internal.tcb;

/**
 * What an observer may be told of its connection, one bit each, in the order in which it is told;
 * see {@link Handle#tell}.
 */
public final class Events {

    public static final int ESTABLISHED = 1;
    public static final int SOFT_ERROR = 1 << 1;
    public static final int READABLE = 1 << 2;
    public static final int WRITABLE = 1 << 3;
    public static final int PEER_CLOSED = 1 << 4;
    public static final int CLOSE_ACKNOWLEDGED = 1 << 5;
    public static final int LINGER_EXPIRED = 1 << 6;
    public static final int ENDED = 1 << 7;

    private Events() {}
}
