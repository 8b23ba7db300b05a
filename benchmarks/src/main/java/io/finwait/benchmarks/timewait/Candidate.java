package io.finwait.benchmarks.timewait;

/**
 * A way to hold connections in TIME-WAIT. Connection {@code i} stands for an IPv4 tuple, the same
 * for all candidates; time is in ns and virtual, one step for each entry.
 */
interface Candidate extends AutoCloseable {

    /** 2MSL. */
    long TWO_MSL = 60_000_000_000L;

    /** Takes connection {@code i} in, and ends those whose time is over. */
    void enterAndExpire(int i, long nowNs);

    /** True when connection {@code i} is held. */
    boolean contains(int i);

    /** Restarts 2MSL of connection {@code i}, if it is held. */
    boolean restart(int i, long nowNs);

    /** How many of 32 connections are held. */
    default int containsAll(int[] connections, int from) {
        int found = 0;
        for (int k = from; k < from + 32; k++) {
            found += contains(connections[k]) ? 1 : 0;
        }
        return found;
    }

    /** Entries held. */
    int size();

    @Override
    default void close() {}

    /** 50,000 ports a host, so that hosts and ports both differ. */
    static int remote(int i) {
        return 0x0B00_0000 + i / 50_000;
    }

    /** The remote port of connection {@code i}. */
    static int port(int i) {
        return 10_000 + i % 50_000;
    }

    /** Makes a candidate by its name. */
    static Candidate of(String name) {
        return switch (name) {
            case "finwait" -> new FinwaitCandidate();
            case "linked-hash-map" -> new LinkedHashMapCandidate();
            case "delay-queue" -> new DelayQueueCandidate();
            case "caffeine" -> new CaffeineCandidate();
            case "agrona" -> new AgronaCandidate();
            case "netty" -> new NettyCandidate();
            default -> throw new IllegalArgumentException("no candidate is called " + name);
        };
    }
}
