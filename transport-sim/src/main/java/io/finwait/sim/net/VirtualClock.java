package io.finwait.sim.net;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/**
 * The time of a {@link SimNet}, for code under test that takes a {@link Clock}. It begins at
 * 2026-01-01T00:00:00Z. (A {@code Clock} is an {@code InstantSource} as well, where the JDK has
 * that.)
 */
public final class VirtualClock extends Clock {

    private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");

    private final Clockwork clockwork;
    private final ZoneId zone;

    VirtualClock(Clockwork clockwork) {
        this(clockwork, ZoneOffset.UTC);
    }

    private VirtualClock(Clockwork clockwork, ZoneId zone) {
        this.clockwork = clockwork;
        this.zone = zone;
    }

    /** How long the network has been there. */
    public Duration elapsed() {
        return Duration.ofNanos(clockwork.nowNs());
    }

    /**
     * Lets the calling thread wait for a time of this clock; {@code Thread.sleep} would wait for
     * one of the wall.
     *
     * @param time zero or less returns at once
     */
    public void sleep(Duration time) {
        long until = clockwork.nowNs() + NANOSECONDS.convert(time);
        long left;
        while ((left = until - clockwork.nowNs()) > 0) {
            clockwork.park(this, left);
        }
    }

    /**
     * Lets time pass, and waits until it has. In {@link Time#MANUAL} no time passes otherwise; in
     * {@link Time#VIRTUAL} it is {@link #sleep}.
     *
     * @param time zero or less returns at once
     * @throws IllegalStateException in {@link Time#REAL}
     */
    public void advance(Duration time) {
        clockwork.advance(Math.max(NANOSECONDS.convert(time), 0));
    }

    @Override
    public Instant instant() {
        return BEGIN.plusNanos(clockwork.nowNs());
    }

    @Override
    public long millis() {
        return instant().toEpochMilli();
    }

    @Override
    public ZoneId getZone() {
        return zone;
    }

    @Override
    public Clock withZone(ZoneId newZone) {
        return new VirtualClock(clockwork, newZone);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof VirtualClock that
                && that.clockwork == clockwork
                && that.zone.equals(zone);
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(clockwork) * 31 + zone.hashCode();
    }

    @Override
    public String toString() {
        return "SimNet's clock, " + instant();
    }
}
