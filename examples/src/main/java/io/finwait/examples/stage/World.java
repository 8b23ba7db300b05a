package io.finwait.examples.stage;

import io.finwait.trace.End;
import io.finwait.wire.Segment;

import java.time.Duration;
import java.util.function.Predicate;

/** The network between the hosts, and its time. */
interface World extends WorldTime, AutoCloseable {

    /** Where one can look from outside, such as a network namespace; empty for nowhere. */
    default String place() {
        return "";
    }

    Host client();

    Host server();

    /** Lets time pass. */
    void pass(Duration time);

    /** Does several things before a packet of one of them can arrive. */
    void atOnce(Runnable calls);

    /** Which end's packets can be kept waiting while something is done at once: it has to begin. */
    default End beginsAtOnce() {
        return End.A;
    }

    /**
     * Loses segments that an end sends from now on.
     *
     * @param once only the first of them
     */
    void lose(End from, Predicate<Segment> which, boolean once);

    /** Keeps a copy of the first such segment, which passes, to be delivered later. */
    Late keepCopy(End from, Predicate<Segment> which);

    /** Lets segments that an end sends from now on travel longer. */
    void delay(End from, Predicate<Segment> which, Duration longer);

    /** Loses everything, both ways, for some time. */
    void cut(Duration time);

    /** A packet that arrives late. */
    interface Late {
        /** Lets it arrive now. */
        void arrive();
    }

    /** True while packets are on their way. */
    boolean packetsUnderWay();

    @Override
    void close();
}
