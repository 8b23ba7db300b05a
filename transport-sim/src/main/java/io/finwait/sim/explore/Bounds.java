package io.finwait.sim.explore;

/**
 * How far the explorer goes.
 *
 * @param manners what the applications may do
 * @param octets octets that each application sends
 * @param receiveOctets octets that each end can hold unread
 * @param inFlight packets on their way in each direction at most; a further one is lost
 * @param losses packets that may be lost
 * @param duplicates packets that may be duplicated
 * @param early timers that may fire while a packet is on its way, as if it were late
 * @param retransmissions how often an end sends the same again before it gives up
 * @param incarnations how many connections of one pair of sockets there are
 * @param maxStates where to stop when the frontier does not become empty
 */
public record Bounds(
        Manners manners,
        int octets,
        int receiveOctets,
        int inFlight,
        int losses,
        int duplicates,
        int early,
        int retransmissions,
        Incarnations incarnations,
        int maxStates) {

    private static final int MOST_STATES = 20_000_000;
    private static final int WIDE = 1024;

    /** What the applications may do; each may send, and read what has come, at any time. */
    public enum Manners {
        /** Half-close at any time, close after reading to the end. */
        POLITE,
        /** Close at any time. */
        CLOSE,
        /** Close or abort at any time. */
        CLOSE_OR_ABORT
    }

    /**
     * How many connections of one pair of sockets there are. With two the client connects again
     * from the same port and with the same initial sequence number as before, and only the client
     * sends; a duplicate may stay behind for as long as a segment lives.
     */
    public enum Incarnations {
        /** One connection. */
        ONE(60),
        /** Two, and 2MSL is twice the life of a segment. */
        TWO(2 * MSL_SECONDS),
        /** Two, and 2MSL is only once the life of a segment. */
        TWO_WITH_SHORT_TIME_WAIT(MSL_SECONDS);

        private final int twoMslSeconds;

        Incarnations(int twoMslSeconds) {
            this.twoMslSeconds = twoMslSeconds;
        }

        int count() {
            return this == ONE ? 1 : 2;
        }

        int twoMslSeconds() {
            return twoMslSeconds;
        }
    }

    /**
     * How long a segment lives where there are two incarnations; a retransmission timeout is 1 s.
     */
    static final int MSL_SECONDS = 3;

    /** One octet and FIN a side, two packets in flight each way, one loss, one duplicate. */
    public static final Bounds SMALL =
            new Bounds(
                    Manners.CLOSE_OR_ABORT, 1, WIDE, 2, 1, 1, 0, 2, Incarnations.ONE, MOST_STATES);

    /**
     * The same where both read to the end before they close: nothing but an orderly end may come.
     */
    public static final Bounds POLITE = SMALL.with(Manners.POLITE);

    /**
     * Polite, two octets from the client, and room for one: text and FIN wait behind a closed
     * window.
     */
    public static final Bounds NARROW =
            new Bounds(Manners.POLITE, 2, 1, 2, 0, 0, 0, 2, Incarnations.ONE, MOST_STATES);

    /**
     * Two incarnations of one pair of sockets, and a duplicate that may live into the second one.
     */
    public static final Bounds TWO_INCARNATIONS =
            new Bounds(Manners.CLOSE, 1, WIDE, 2, 0, 1, 0, 1, Incarnations.TWO, MOST_STATES);

    /** The same with other manners. */
    public Bounds with(Manners others) {
        return new Bounds(
                others,
                octets,
                receiveOctets,
                inFlight,
                losses,
                duplicates,
                early,
                retransmissions,
                incarnations,
                maxStates);
    }

    /** The same with other losses, duplicates and early timers. */
    public Bounds withFaults(int newLosses, int newDuplicates, int newEarly) {
        return new Bounds(
                manners,
                octets,
                receiveOctets,
                inFlight,
                newLosses,
                newDuplicates,
                newEarly,
                retransmissions,
                incarnations,
                maxStates);
    }

    /** The same with a TIME-WAIT that does not outlive what is on its way. */
    public Bounds withShortTimeWait() {
        return new Bounds(
                manners,
                octets,
                receiveOctets,
                inFlight,
                losses,
                duplicates,
                early,
                retransmissions,
                Incarnations.TWO_WITH_SHORT_TIME_WAIT,
                maxStates);
    }

    boolean areTwoIncarnations() {
        return incarnations.count() > 1;
    }

    boolean bothSend() {
        return !areTwoIncarnations() && !windowIsNarrow();
    }

    boolean windowIsNarrow() {
        return receiveOctets < WIDE;
    }

    /** The bounds in words. */
    public String inWords() {
        StringBuilder words = new StringBuilder();
        words.append(octets).append(octets == 1 ? " octet and FIN " : " octets and FIN ");
        words.append(bothSend() ? "a side, " : "from the client, ");
        words.append(inFlight).append(" packets in flight each way, ");
        words.append(losses).append(" lost, ").append(duplicates).append(" duplicated, ");
        words.append(early).append(" early timers");
        words.append(
                switch (manners) {
                    case POLITE -> ", both read to the end";
                    case CLOSE -> ", each closes";
                    case CLOSE_OR_ABORT -> ", each closes or aborts";
                });
        words.append(windowIsNarrow() ? ", room for " + receiveOctets : "");
        if (areTwoIncarnations()) {
            words.append(", two incarnations, segments live ").append(MSL_SECONDS);
            words.append(" s, 2MSL ").append(incarnations.twoMslSeconds()).append(" s");
        }
        return words.toString();
    }
}
