/** TUN, TAP and AF_PACKET through java.lang.foreign. */
module io.finwait.raw {
    requires transitive io.finwait.core;
    requires org.slf4j;

    exports io.finwait.raw;

    provides io.finwait.spi.TransportProvider with
            io.finwait.raw.TunProvider;
}
