/** JMH and system benchmarks. */
module io.finwait.benchmarks {
    requires io.finwait.core;
    requires io.finwait.sim;
    requires io.finwait.raw;
}
