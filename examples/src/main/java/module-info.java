/** The finwait command, its stories, and a custom transport. */
module io.finwait.examples {
    requires io.finwait.core;
    requires io.finwait.sim;
    requires io.finwait.nio;
    requires io.finwait.raw;
    requires info.picocli;
    requires jdk.management;
    requires org.slf4j;

    exports io.finwait.examples.custom;

    provides io.finwait.spi.CongestionControlProvider with
            io.finwait.examples.custom.VegasProvider;
    provides io.finwait.spi.TransportProvider with
            io.finwait.examples.custom.CableProvider;

    // picocli reads annotations and sets fields.
    opens io.finwait.examples.command to
            info.picocli;
}
