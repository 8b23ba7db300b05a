package io.finwait.sim.explore;

/** Told, in order, what happens in a world; writes it down for people. */
interface Witness {

    /** Writes nothing down; used by the search. */
    Witness NOBODY = new Witness() {};

    /** A host comes into being. */
    default void begins(ExploredHost host) {}

    /** Everything that the step before has led to has happened. */
    default void settled() {}

    /** A packet leaves the end that sent it. */
    default void sent(WirePacket packet) {}

    /** One more copy of a packet comes into being on the way. */
    default void copied(WirePacket original, WirePacket copy) {}

    /** A packet is lost, or dies of age. */
    default void lost(WirePacket packet) {}

    /** A packet arrives at the end that did not send it. */
    default void arrives(WirePacket packet) {}

    /** An application has made a call. */
    default void called(int side, Call call, int result) {}

    /**
     * Time passes at an end.
     *
     * @param alsoElsewhere whether the other end is told of the same time next
     */
    default void timePasses(int side, long ns, boolean alsoElsewhere) {}

    /** What applications do; the result of a failed call is {@link #FAILED}. */
    enum Call {
        CONNECT,
        LISTEN,
        ACCEPT,
        SEND,
        READ,
        HALF_CLOSE,
        CLOSE,
        ABORT
    }

    /** The result of a call that was refused. */
    int FAILED = -1;

    /** The result of reading at the end of the stream. */
    int END_OF_STREAM = -2;
}
