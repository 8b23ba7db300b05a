package io.finwait.tcp;

/**
 * What strangers may make a {@link CatchAll} hold.
 *
 * @param maxWaiting how many SYNs may wait for the user's answer, at least 1; with one more the
 *     oldest is forgotten. Each takes about 150 octets
 * @param waitNs how long a SYN waits, in nanoseconds, above 0; then it is forgotten, and a
 *     repetition of it is told anew
 * @param maxHandshakes how many handshakes of accepted ones may be under way, at least 1; with one
 *     more the oldest is forgotten
 * @param answersWhenFull what happens when {@code maxWaiting} wait. False: the oldest is forgotten.
 *     True: the newest is answered by a SYN cookie, and the user is asked when the connection is
 *     open ({@link Incoming#isAlreadyOpen()}). What is lost then: the peer has seen "connected" of
 *     an address that may refuse, be unreachable, or be silent, and may have sent its request; all
 *     that can be told is a reset. What is won: those that wait keep their places, however many
 *     SYNs come from addresses that never answer
 */
public record CatchAllLimits(
        int maxWaiting, long waitNs, int maxHandshakes, boolean answersWhenFull) {

    /** 4,096 may wait, for three minutes (RFC 9293 MUST-23), and 1,024 handshakes; no cookies. */
    public static final CatchAllLimits DEFAULT =
            new CatchAllLimits(4096, 180_000_000_000L, 1024, false);

    public CatchAllLimits {
        requirePositive("maxWaiting", maxWaiting);
        requirePositive("waitNs", waitNs);
        requirePositive("maxHandshakes", maxHandshakes);
    }

    private static void requirePositive(String what, long value) {
        if (value < 1) {
            throw new IllegalArgumentException(
                    what + " " + value + " is below 1; choose 1 or more");
        }
    }

    /** The same with another number of SYNs that may wait. */
    public CatchAllLimits withMaxWaiting(int syns) {
        return new CatchAllLimits(syns, waitNs, maxHandshakes, answersWhenFull);
    }

    /** The same with another time for which a SYN may wait. */
    public CatchAllLimits withWaitNs(long ns) {
        return new CatchAllLimits(maxWaiting, ns, maxHandshakes, answersWhenFull);
    }

    /** The same with another number of handshakes. */
    public CatchAllLimits withMaxHandshakes(int handshakes) {
        return new CatchAllLimits(maxWaiting, waitNs, handshakes, answersWhenFull);
    }

    /** The same with SYN cookies as the last resort, or without. */
    public CatchAllLimits withAnswersWhenFull(boolean answers) {
        return new CatchAllLimits(maxWaiting, waitNs, maxHandshakes, answers);
    }
}
