package io.finwait.tcp.internal.profile;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/**
 * Habits of other stacks, which test suites written for them expect. They serve these suites only,
 * and are therefore no part of {@link io.finwait.tcp.EndpointConfig}.
 *
 * @param synOptions in which order the options of a SYN stand
 * @param windowScale what our SYN offers; below 0: what the receive buffer asks for
 * @param quickAcks how many segments of text at the beginning of a connection are acknowledged at
 *     once
 * @param habits all others
 */
public record WireProfile(
        SynOptions synOptions, int windowScale, int quickAcks, Set<Habit> habits) {

    /** What a stack does in its own way. */
    public enum Habit {
        /** Every RST in the window resets (RFC 793), not only the exact one. */
        INSECURE_RST,
        /** Every SYN in the window resets (RFC 793), in TIME-WAIT too. */
        INSECURE_SYN,
        /** SYN with FIN is dropped in LISTEN and SYN-SENT. */
        DROPS_SYN_FIN,
        /** In FIN-WAIT-1 the ACK of the peer's FIN carries ours again. */
        FIN_WITH_ACK,
        /** A SYN with ACK is dropped in LISTEN, not reset. */
        IGNORES_SYN_ACK,
        /**
         * An open connection takes text up to its buffer rounded up to whole segments, also beyond
         * what the window field can say.
         */
        ROUNDED_WINDOW,
        /** Segments without timestamps are taken although timestamps were agreed on. */
        BARE_SEGMENTS,
        /** The probe for a lost FIN waits as long as for text, whose ACK may be delayed. */
        EXPECTS_DELAYED_ACK_OF_FIN,
        /**
         * The peer is told of a wider window when it has doubled, not with every second segment
         * read.
         */
        TELLS_DOUBLED_WINDOWS,
        /** The last segment of a flight carries PSH, also where only the window ends the flight. */
        PUSHES_FLIGHTS,
        /**
         * An ACK opens the window in slow start by all that it covers, not by two segments at most.
         */
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

    /** Habits can't be changed once the profile is made. */
    public WireProfile {
        EnumSet<Habit> copy = EnumSet.noneOf(Habit.class);
        copy.addAll(habits);
        habits = Collections.unmodifiableSet(copy);
    }

    /** Whether a stack of this profile does so. */
    public boolean has(Habit habit) {
        return habits.contains(habit);
    }

    /** The same with a habit more, or without it. */
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
