/**
 * Ethernet under the stack: {@link io.finwait.link.EthernetTransport} makes a carrier of IP packets
 * of a carrier of frames, with address resolution (RFC 826), neighbour discovery (RFC 4861) and
 * routes.
 */
package io.finwait.link;
