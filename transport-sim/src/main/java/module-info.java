/**
 * A deterministic network in virtual time, for tests: {@link io.finwait.sim} has the network and
 * its faults, {@link io.finwait.sim.script} runs packet scripts, {@link io.finwait.sim.explore}
 * searches every interleaving within bounds, {@link io.finwait.sim.net} has ordinary sockets for
 * tests, and {@link io.finwait.sim.contract} is what every
 * transport is tested by.
 */
module io.finwait.sim {
    requires transitive io.finwait.core;
    requires java.xml;
    requires org.slf4j;
    // Only for those who run the transport contract, or use @SimTest.
    requires static org.junit.jupiter.api;
    requires static java.management;
    requires static jdk.management;

    exports io.finwait.sim;
    exports io.finwait.sim.contract;
    exports io.finwait.sim.explore;
    exports io.finwait.sim.junit;
    exports io.finwait.sim.net;
    exports io.finwait.sim.script;

    provides io.finwait.spi.TransportProvider with
            io.finwait.sim.SimTransportProvider,
            io.finwait.sim.FaultProvider;
}
