/**
 * TCB, close state machine, TIME-WAIT table and wire codecs of Finwait, behind a transport SPI.
 *
 * <p>The core does no I/O and reads no clock: packets, the user's calls and the time come in,
 * packets go out through {@link io.finwait.spi.Transport}. {@link io.finwait} opens an endpoint,
 * {@link io.finwait.tcp} is what its user sees, {@link io.finwait.driver} adds a thread and
 * futures, and {@link io.finwait.socket} the sockets of {@code java.net}.
 */
module io.finwait.core {
    requires org.slf4j;
    requires org.jctools.core;
    requires jdk.net;
    requires static jdk.jfr;

    exports io.finwait;
    exports io.finwait.driver;
    exports io.finwait.icmp to
            io.finwait.nio,
            io.finwait.raw;
    exports io.finwait.link;
    exports io.finwait.picture;
    exports io.finwait.socket;
    exports io.finwait.spi;
    exports io.finwait.tcp;
    exports io.finwait.tcp.internal.buffer to
            io.finwait.sim,
            io.finwait.examples,
            io.finwait.benchmarks;
    exports io.finwait.tcp.internal.context to
            io.finwait.sim,
            io.finwait.examples,
            io.finwait.benchmarks;
    exports io.finwait.tcp.internal.endpoint to
            io.finwait.sim,
            io.finwait.examples,
            io.finwait.benchmarks;
    exports io.finwait.tcp.internal.profile to
            io.finwait.sim,
            io.finwait.examples,
            io.finwait.benchmarks;
    exports io.finwait.tcp.internal.tcb to
            io.finwait.sim,
            io.finwait.examples,
            io.finwait.benchmarks;
    exports io.finwait.timewait;
    exports io.finwait.trace;
    exports io.finwait.trace.capture;
    exports io.finwait.trace.explain;
    exports io.finwait.wire;

    uses io.finwait.spi.CongestionControlProvider;
    uses io.finwait.spi.TransportProvider;

    provides io.finwait.spi.CongestionControlProvider with
            io.finwait.tcp.internal.loss.CubicProvider,
            io.finwait.tcp.internal.loss.NewRenoProvider;
    provides io.finwait.spi.TransportProvider with
            io.finwait.spi.LoopbackProvider,
            io.finwait.trace.TraceProvider,
            io.finwait.trace.TapProvider;
}
