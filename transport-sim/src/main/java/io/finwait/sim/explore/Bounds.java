package io.finwait.sim.explore;

/**
 * How far the explorer goes.
 *
 * @param inFlight packets on their way in each direction at most; a further one is lost
 * @param losses packets that may be lost
 * @param duplicates packets that may be duplicated
 * @param early timers that may fire while a packet is on its way, as if it were late
 * @param retransmissions how often an end sends the same again before it gives up
 * @param octets octets that each application sends
 * @param aborts whether applications may abort instead of closing
 * @param halfCloses whether applications may half-close first
 * @param incarnations 1, or 2: the client then connects again from the same port, both ends with the
 *     same initial sequence numbers as before, and only the client sends
 * @param shortTimeWait true: TIME-WAIT may end while a packet is still on its way
 * @param maxStates where to stop when the frontier does not become empty
 */
public record Bounds(
        int inFlight,
        int losses,
        int duplicates,
        int early,
        int retransmissions,
        int octets,
        boolean aborts,
        boolean halfCloses,
        int incarnations,
        boolean shortTimeWait,
        int maxStates) {

    private static final int MOST_STATES = 20_000_000;

    /** One octet and FIN a side, two packets in flight each way; one loss, one duplicate, no half-close. */
    public static final Bounds SMALL =
            new Bounds(2, 1, 1, 0, 2, 1, true, false, 1, false, MOST_STATES);

    /** Two incarnations of one pair of sockets, and a duplicate that may live into the second one. */
    public static final Bounds TWO_INCARNATIONS =
            new Bounds(2, 0, 1, 0, 1, 1, false, false, 2, false, MOST_STATES);

    /** The same with other losses, duplicates and early timers. */
    public Bounds withFaults(int newLosses, int newDuplicates, int newEarly) {
        return new Bounds(
                inFlight,
                newLosses,
                newDuplicates,
                newEarly,
                retransmissions,
                octets,
                aborts,
                halfCloses,
                incarnations,
                shortTimeWait,
                maxStates);
    }

    /** The same with other calls: whether applications may abort, and half-close. */
    public Bounds withCalls(boolean newAborts, boolean newHalfCloses) {
        return new Bounds(
                inFlight,
                losses,
                duplicates,
                early,
                retransmissions,
                octets,
                newAborts,
                newHalfCloses,
                incarnations,
                shortTimeWait,
                maxStates);
    }

    /** The same with a TIME-WAIT that does not outlive what is on its way. */
    public Bounds withShortTimeWait() {
        return new Bounds(
                inFlight,
                losses,
                duplicates,
                early,
                retransmissions,
                octets,
                aborts,
                halfCloses,
                incarnations,
                true,
                maxStates);
    }

    /** The bounds in words. */
    public String inWords() {
        StringBuilder words = new StringBuilder();
        words.append(octets).append(" octet and FIN ").append(incarnations == 1 ? "a side, " : "");
        words.append(incarnations == 1 ? "" : "from the client, two incarnations, ");
        words.append(inFlight).append(" packets in flight each way, ");
        words.append("losses ").append(losses).append(", duplicates ").append(duplicates);
        words.append(", early timers ").append(early);
        words.append(halfCloses ? ", half-closes" : "").append(aborts ? ", aborts" : "");
        words.append(shortTimeWait ? ", TIME-WAIT too short" : "");
        return words.toString();
    }
}
