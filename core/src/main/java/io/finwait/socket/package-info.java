/**
 * Sockets of {@code java.net} and channels of {@code java.nio} over connections of a driver, for
 * libraries that take a {@link javax.net.SocketFactory} ({@link
 * io.finwait.socket.DriverSocketFactory}), a {@link javax.net.ServerSocketFactory} ({@link
 * io.finwait.socket.DriverServerSocketFactory}) or a {@link
 * java.nio.channels.spi.SelectorProvider} ({@link io.finwait.socket.DriverSelectorProvider}).
 */
package io.finwait.socket;
