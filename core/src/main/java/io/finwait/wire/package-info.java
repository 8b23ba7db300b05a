/**
 * The octets on the wire: sequence numbers, checksums, and views of IPv4, IPv6, TCP and ICMP
 * headers over a buffer. Parsers never throw, whatever the octets are: they return a verdict.
 */
package io.finwait.wire;
