package io.finwait.nio.relay;

import java.time.Duration;

/**
 * What a {@link Relay} does to the octets of one direction, and to the FIN or RST behind them.
 * Immutable; each method returns a changed copy:
 *
 * <pre>{@code
 * RelayFaults.none().delay(Duration.ofMillis(50)).resetAfter(1000)
 * }</pre>
 *
 * <p>"After so many octets" counts from the beginning of the connection, in this direction; {@link
 * #NEVER} switches it off.
 *
 * @param delay how long octets, FIN and RST are on their way
 * @param octetsPerSecond how fast octets leave; 0 means at once
 * @param cutAfter after so many octets nothing passes any more, neither octets nor FIN nor RST, and
 *     nobody is told: an unplugged cable
 * @param finAfter after so many octets a FIN passes, and nothing behind it: the stream is truncated
 * @param resetAfter after so many octets both ends are reset
 * @param dropsFin FIN does not pass: the other end waits for ever
 * @param dropsReset RST does not pass: the other end keeps a connection that nobody has
 */
public record RelayFaults(
        Duration delay,
        long octetsPerSecond,
        long cutAfter,
        long finAfter,
        long resetAfter,
        boolean dropsFin,
        boolean dropsReset) {

    /** A number of octets that is never reached. */
    public static final long NEVER = Long.MAX_VALUE;

    private static final RelayFaults NONE =
            new RelayFaults(Duration.ZERO, 0, NEVER, NEVER, NEVER, false, false);

    public RelayFaults {
        if (delay.isNegative()) {
            throw new IllegalArgumentException("the delay " + delay + " is negative");
        }
        requireNotNegative("octetsPerSecond", octetsPerSecond);
        requireNotNegative("cutAfter", cutAfter);
        requireNotNegative("finAfter", finAfter);
        requireNotNegative("resetAfter", resetAfter);
    }

    private static void requireNotNegative(String name, long value) {
        if (value < 0) {
            throw new IllegalArgumentException(name + " is " + value + "; choose 0 or more octets");
        }
    }

    /** Everything passes as it is. */
    public static RelayFaults none() {
        return NONE;
    }

    /** Octets, FIN and RST arrive so much later. */
    public RelayFaults delay(Duration newDelay) {
        return with(newDelay, octetsPerSecond, dropsFin, dropsReset);
    }

    /** Octets leave no faster than this; 0 for no limit. */
    public RelayFaults rate(long newOctetsPerSecond) {
        return with(delay, newOctetsPerSecond, dropsFin, dropsReset);
    }

    /** FIN does not pass. */
    public RelayFaults dropFin() {
        return with(delay, octetsPerSecond, true, dropsReset);
    }

    /** RST does not pass. */
    public RelayFaults dropReset() {
        return with(delay, octetsPerSecond, dropsFin, true);
    }

    private RelayFaults with(Duration newDelay, long rate, boolean dropFin, boolean dropReset) {
        return new RelayFaults(newDelay, rate, cutAfter, finAfter, resetAfter, dropFin, dropReset);
    }

    /** Nothing passes behind so many octets. */
    public RelayFaults cutAfter(long octets) {
        return after(octets, finAfter, resetAfter);
    }

    /** The stream ends behind so many octets, as if its sender had closed. */
    public RelayFaults finAfter(long octets) {
        return after(cutAfter, octets, resetAfter);
    }

    /** Both ends are reset behind so many octets. */
    public RelayFaults resetAfter(long octets) {
        return after(cutAfter, finAfter, octets);
    }

    private RelayFaults after(long cut, long fin, long reset) {
        return new RelayFaults(delay, octetsPerSecond, cut, fin, reset, dropsFin, dropsReset);
    }

    /** How many octets pass at most. */
    long octetsThatPass() {
        return Math.min(cutAfter, Math.min(finAfter, resetAfter));
    }
}
