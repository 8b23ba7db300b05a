/** Somebody's program on Java 17, built against the published jars and nothing else. */
module consumer {
    requires io.finwait.nio;
    requires io.finwait.sim;
}
