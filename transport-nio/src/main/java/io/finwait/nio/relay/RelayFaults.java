package io.finwait.nio.relay;

import java.time.Duration;
import java.util.Objects;

/**
 * What a {@link Relay} does to the octets of one direction, and to the FIN or RST behind them.
 * Immutable; each method returns a changed copy:
 *
 * <pre>{@code
 * RelayFaults.none().delay(Duration.ofMillis(50)).resetAfter(1000)
 * }</pre>
 *
 * <p>"After so many octets" counts from the beginning of the connection, in this direction; where
 * more have passed already it is at once. {@link #NEVER} switches it off.
 */
public final class RelayFaults {

    /** A number of octets that is never reached. */
    public static final long NEVER = Long.MAX_VALUE;

    private static final Duration LONGEST = Duration.ofDays(365);

    private static final RelayFaults NONE =
            new RelayFaults(
                    Duration.ZERO,
                    new Travel(Duration.ZERO, Duration.ZERO, 0, 0, Duration.ZERO),
                    new Ends(NEVER, NEVER, NEVER, Duration.ZERO, false, false));

    private final Duration beginsAfter;
    private final Travel travel;
    private final Ends ends;

    /**
     * How octets travel.
     *
     * @param octetsPerSecond 0 for no limit
     * @param sliceOctets 0 for no slices
     */
    record Travel(
            Duration delay,
            Duration jitter,
            long octetsPerSecond,
            int sliceOctets,
            Duration slicePause) {

        Travel {
            requireTime("the delay", delay);
            requireTime("the jitter", jitter);
            requireTime("the pause between slices", slicePause);
            requireNotNegative("octetsPerSecond", octetsPerSecond);
            requireNotNegative("sliceOctets", sliceOctets);
        }
    }

    /** What becomes of the end of a direction, and ends that nobody has sent. */
    record Ends(
            long cutAfter,
            long finAfter,
            long resetAfter,
            Duration finHold,
            boolean dropsFin,
            boolean dropsReset) {

        Ends {
            requireNotNegative("cutAfter", cutAfter);
            requireNotNegative("finAfter", finAfter);
            requireNotNegative("resetAfter", resetAfter);
            requireTime("the time for which a FIN is held", finHold);
        }

        /** How many octets pass at most. */
        long octetsThatPass() {
            return Math.min(cutAfter, Math.min(finAfter, resetAfter));
        }
    }

    private RelayFaults(Duration beginsAfter, Travel travel, Ends ends) {
        requireTime("the time after which faults begin", beginsAfter);
        this.beginsAfter = beginsAfter;
        this.travel = travel;
        this.ends = ends;
    }

    private static void requireTime(String name, Duration value) {
        if (value.isNegative() || value.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(
                    name + " is " + value + "; choose a time from 0 to 365 days");
        }
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

    /**
     * Reads faults in words with commas between them, as {@link #toString} writes them: {@code
     * delay=20ms,reset-after=1000}; {@code none} for none. The words are those of the options of
     * {@code finwait forward}: {@code begins-after}, {@code delay}, {@code jitter}, {@code rate}
     * (bits per second, with {@code k}, {@code M} or {@code G}), {@code slice}, {@code
     * slice-pause}, {@code cut-after}, {@code fin-after}, {@code reset-after}, {@code hold-fin},
     * {@code drop-fin} and {@code drop-reset}.
     *
     * @throws IllegalArgumentException when a word is unknown or its value is wrong
     */
    public static RelayFaults parse(String words) {
        return FaultWords.read(words);
    }

    /**
     * All that is said here begins so long after the connection was opened, or after the faults
     * were set where that was later; until then everything passes as it is.
     */
    public RelayFaults beginsAfter(Duration time) {
        return new RelayFaults(time, travel, ends);
    }

    /** Octets, FIN and RST arrive so much later. */
    public RelayFaults delay(Duration newDelay) {
        return with(
                new Travel(
                        newDelay,
                        travel.jitter,
                        travel.octetsPerSecond,
                        travel.sliceOctets,
                        travel.slicePause));
    }

    /**
     * On top of the delay, what is read at once takes up to so much longer; the order stays. The
     * dice are the same for the same number of a connection.
     */
    public RelayFaults jitter(Duration most) {
        return with(
                new Travel(
                        travel.delay,
                        most,
                        travel.octetsPerSecond,
                        travel.sliceOctets,
                        travel.slicePause));
    }

    /** Octets leave no faster than this; 0 for no limit. */
    public RelayFaults rate(long octetsPerSecond) {
        return with(
                new Travel(
                        travel.delay,
                        travel.jitter,
                        octetsPerSecond,
                        travel.sliceOctets,
                        travel.slicePause));
    }

    /**
     * Octets arrive in small pieces.
     *
     * @param octets of a piece at most; 0 for no slices
     * @param pause between two of them
     */
    public RelayFaults slices(int octets, Duration pause) {
        return with(new Travel(travel.delay, travel.jitter, travel.octetsPerSecond, octets, pause));
    }

    private RelayFaults with(Travel newTravel) {
        return new RelayFaults(beginsAfter, newTravel, ends);
    }

    /** FIN does not pass: the other end waits for ever. */
    public RelayFaults dropFin() {
        return with(end(ends.finHold, true, ends.dropsReset));
    }

    /** RST does not pass: the other end keeps a connection that nobody has. */
    public RelayFaults dropReset() {
        return with(end(ends.finHold, ends.dropsFin, true));
    }

    /**
     * FIN, and what comes behind it, waits so much longer than octets; it is released when the
     * faults are {@linkplain Relay#faultsNow switched off}.
     */
    public RelayFaults holdFin(Duration time) {
        return with(end(time, ends.dropsFin, ends.dropsReset));
    }

    private Ends end(Duration finHold, boolean dropFin, boolean dropReset) {
        return new Ends(ends.cutAfter, ends.finAfter, ends.resetAfter, finHold, dropFin, dropReset);
    }

    /**
     * Nothing passes behind so many octets, neither octets nor FIN nor RST, and nobody is told: an
     * unplugged cable. What was lost is lost: a connection that was cut stays so.
     */
    public RelayFaults cutAfter(long octets) {
        return after(octets, ends.finAfter, ends.resetAfter);
    }

    /** The stream ends behind so many octets, as if its sender had closed. */
    public RelayFaults finAfter(long octets) {
        return after(ends.cutAfter, octets, ends.resetAfter);
    }

    /** Both ends are reset behind so many octets. */
    public RelayFaults resetAfter(long octets) {
        return after(ends.cutAfter, ends.finAfter, octets);
    }

    private RelayFaults after(long cut, long fin, long reset) {
        return with(new Ends(cut, fin, reset, ends.finHold, ends.dropsFin, ends.dropsReset));
    }

    private RelayFaults with(Ends newEnds) {
        return new RelayFaults(beginsAfter, travel, newEnds);
    }

    Duration beginsAfter() {
        return beginsAfter;
    }

    Travel travel() {
        return travel;
    }

    Ends ends() {
        return ends;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof RelayFaults that
                && that.beginsAfter.equals(beginsAfter)
                && that.travel.equals(travel)
                && that.ends.equals(ends);
    }

    @Override
    public int hashCode() {
        return Objects.hash(beginsAfter, travel, ends);
    }

    /** In the words that {@link #parse} reads. */
    @Override
    public String toString() {
        return FaultWords.write(this);
    }
}
