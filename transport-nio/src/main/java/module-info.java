/** IP packets over datagram and socket channels, without privileges. */
module io.finwait.nio {
    requires transitive io.finwait.core;
    requires org.slf4j;

    exports io.finwait.nio;
    exports io.finwait.nio.control;
    exports io.finwait.nio.relay;

    provides io.finwait.spi.TransportProvider with
            io.finwait.nio.UdpProvider,
            io.finwait.nio.StreamProvider,
            io.finwait.nio.UnixProvider;
}
