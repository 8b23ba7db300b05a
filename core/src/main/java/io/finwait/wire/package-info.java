/**
 * The octets on the wire: sequence numbers, checksums, and views of IPv4, IPv6, TCP and ICMP
 * headers over a buffer. Nothing here has state, and no octets can make it throw: parsers return a
 * verdict.
 */
package io.finwait.wire;
