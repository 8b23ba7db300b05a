package io.finwait.tcp.internal.profile;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/**
 * Habits of other stacks, which test suites written for those stacks expect. Only such suites need
 * them, so they are not part of {@link io.finwait.tcp.EndpointConfig}.
 *
 * @param synOptions the order of the options in a SYN
 * @param windowScale the window scale that our SYN offers; below 0 for what the receive buffer
 *     needs
 * @param quickAcks how many segments of text are acknowledged at once when a connection begins
 * @param habits all others
 */
public record WireProfile(
        SynOptions synOptions, int windowScale, int quickAcks, Set<Habit> habits) {

    /** Behaviour that differs from Finwait's own. */
    public enum Habit {
        /** Every RST in the window resets the connection (RFC 793), not only one at RCV.NXT. */
        INSECURE_RST,
        /** Every SYN in the window resets the connection (RFC 793), also in TIME-WAIT. */
        INSECURE_SYN,
        /** SYN with FIN is dropped in LISTEN and SYN-SENT. */
        DROPS_SYN_FIN,
        /** In FIN-WAIT-1 the ACK of the peer's FIN repeats our FIN. */
        FIN_WITH_ACK,
        /** A SYN with ACK is dropped in LISTEN, not reset. */
        IGNORES_SYN_ACK,
        /**
         * The receive buffer is rounded up to whole segments, and text up to there is accepted even
         * beyond what the window field can express.
         */
        ROUNDED_WINDOW,
        /** Segments without timestamps are accepted although timestamps were agreed on. */
        BARE_SEGMENTS,
        /**
         * The tail loss probe for a FIN waits as long as one for text, whose ACK may be delayed.
         */
        EXPECTS_DELAYED_ACK_OF_FIN,
        /**
         * A window update is sent when the window has doubled, not after every second segment read.
         */
        TELLS_DOUBLED_WINDOWS,
        /** The last segment of a flight carries PSH even if only the window ends the flight. */
        PUSHES_FLIGHTS,
        /** In slow start after a timeout an ACK opens the window by all that it covers. */
        COUNTS_ALL_OCTETS
    }

    /** Finwait's own way. */
    public static final WireProfile NONE = new WireProfile(SynOptions.ALIGNED, -1, 0, Set.of());

    /** Linux 6. */
    public static final WireProfile LINUX =
            new WireProfile(
                    SynOptions.LINUX,
                    -1,
                    16,
                    EnumSet.of(
                            Habit.BARE_SEGMENTS,
                            Habit.EXPECTS_DELAYED_ACK_OF_FIN,
                            Habit.TELLS_DOUBLED_WINDOWS,
                            Habit.PUSHES_FLIGHTS,
                            Habit.COUNTS_ALL_OCTETS));

    /** FreeBSD 14 with its defaults. */
    public static final WireProfile FREEBSD =
            new WireProfile(
                    SynOptions.FREEBSD,
                    6,
                    0,
                    EnumSet.of(Habit.FIN_WITH_ACK, Habit.IGNORES_SYN_ACK, Habit.ROUNDED_WINDOW));

    /** Keeps a copy of the habits. */
    public WireProfile {
        EnumSet<Habit> copy = EnumSet.noneOf(Habit.class);
        copy.addAll(habits);
        habits = Collections.unmodifiableSet(copy);
    }

    /** True when the profile has this habit. */
    public boolean has(Habit habit) {
        return habits.contains(habit);
    }

    /** A copy of this profile with another window scale. */
    public WireProfile withWindowScale(int scale) {
        return new WireProfile(synOptions, scale, quickAcks, habits);
    }

    /** A copy of this profile with a habit, or without it. */
    public WireProfile with(Habit habit, boolean on) {
        EnumSet<Habit> others = EnumSet.noneOf(Habit.class);
        others.addAll(habits);
        if (on) {
            others.add(habit);
        } else {
            others.remove(habit);
        }
        return new WireProfile(synOptions, windowScale, quickAcks, others);
    }
}
