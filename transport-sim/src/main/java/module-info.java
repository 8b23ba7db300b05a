/** A deterministic network in virtual time, packet scripts and the transport contract. */
module io.finwait.sim {
    requires transitive io.finwait.core;
    requires org.slf4j;

    exports io.finwait.sim;
}
