package io.finwait.wire;

/** Protocol numbers of IP. */
public final class Protocol {

    /** ICMP for IPv4 (RFC 792). */
    public static final int ICMP = 1;

    /** TCP (RFC 9293). */
    public static final int TCP = 6;

    /** UDP (RFC 768). */
    public static final int UDP = 17;

    /** ICMP for IPv6 (RFC 4443). */
    public static final int ICMPV6 = 58;

    private Protocol() {}
}
