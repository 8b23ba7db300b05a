/**
 * IP packets over datagram and socket channels, without privileges: {@link
 * io.finwait.nio.UdpTransport} for {@code udp:}, {@link io.finwait.nio.StreamTransport} for {@code
 * stream:} and {@code unix:}.
 */
package io.finwait.nio;
