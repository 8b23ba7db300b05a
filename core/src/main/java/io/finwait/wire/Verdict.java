package io.finwait.wire;

/** The result of parsing; a packet with any other than {@link #OK} is counted and dropped. */
public enum Verdict {
    /** Well-formed. */
    OK,
    /** There are fewer octets than the header says. */
    TRUNCATED,
    /** The first four bits say neither 4 nor 6. */
    BAD_VERSION,
    /** The header is too short, or longer than its packet. */
    BAD_HEADER_LENGTH,
    /** The checksum of the IPv4 header is wrong. */
    BAD_IP_CHECKSUM,
    /** A fragment. TCP sets "don't fragment", and fragments are not reassembled here. */
    FRAGMENT,
    /**
     * An unknown IPv6 extension header, or an unknown option that must not be skipped (RFC 8200).
     */
    UNKNOWN_EXTENSION,
    /** Another protocol than the expected one. */
    OTHER_PROTOCOL,
    /** The checksum of the TCP segment or ICMP message is wrong. */
    BAD_CHECKSUM,
    /** A TCP port of zero. */
    BAD_PORT
}
