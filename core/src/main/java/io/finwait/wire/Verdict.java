package io.finwait.wire;

/** What a parser says of some octets; everything but {@link #OK} is counted and dropped. */
public enum Verdict {
    /** Well-formed. */
    OK,
    /** Fewer octets than the header says. */
    TRUNCATED,
    /** The first four bits say neither 4 nor 6. */
    BAD_VERSION,
    /** The header is shorter than it may be, or longer than its packet. */
    BAD_HEADER_LENGTH,
    /** The checksum of the IPv4 header is wrong. */
    BAD_IP_CHECKSUM,
    /** A part of a larger packet; TCP sets "don't fragment", and reassembly is not done here. */
    FRAGMENT,
    /**
     * An IPv6 extension header, or an option in one, that must be understood and is not (RFC 8200).
     */
    UNKNOWN_EXTENSION,
    /** Not the protocol that was asked for. */
    OTHER_PROTOCOL,
    /** The checksum of the TCP segment or ICMP message is wrong. */
    BAD_CHECKSUM,
    /** A TCP port of zero. */
    BAD_PORT
}
