/**
 * The shapes of {@code java.net} over connections of a driver, for libraries that take a {@link
 * javax.net.SocketFactory}: {@link io.finwait.socket.DriverSocketFactory}.
 */
package io.finwait.socket;
