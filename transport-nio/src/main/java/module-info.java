/**
 * IP packets over datagram and stream channels, without privileges: {@link io.finwait.nio} has the
 * transports, {@link io.finwait.nio.gateway} passes connections on to ordinary sockets, {@link
 * io.finwait.nio.relay} injects faults between such, and {@link io.finwait.nio.control} shows a
 * running stack to others.
 */
module io.finwait.nio {
    requires transitive io.finwait.core;
    requires org.slf4j;

    exports io.finwait.nio;
    exports io.finwait.nio.control;
    exports io.finwait.nio.gateway;
    exports io.finwait.nio.relay;

    provides io.finwait.spi.TransportProvider with
            io.finwait.nio.UdpProvider,
            io.finwait.nio.StreamProvider,
            io.finwait.nio.UnixProvider;
}
