package io.finwait.sim.explore;

/**
 * One thing that happened in a world, as a {@link ExploredStory} tells it; times in nanoseconds.
 */
sealed interface Happening {

    /** When, by the clock of the story. */
    long atNs();

    /** A packet left the end that sent it. */
    record Sent(long atNs, WirePacket packet) implements Happening {}

    /** One more copy of a packet came into being on the way. */
    record Copied(long atNs, WirePacket original, WirePacket copy) implements Happening {}

    /** A packet arrived at the end that did not send it. */
    record Arrived(long atNs, WirePacket packet) implements Happening {}

    /** A packet was lost, or died of age. */
    record Lost(long atNs, WirePacket packet) implements Happening {}

    /** An application made a call. */
    record Called(long atNs, int side, Witness.Call call, int result) implements Happening {}

    /** Time passed at an end. */
    record Passed(long atNs, int side, long ns) implements Happening {}

    /** An end has come into a state. */
    record Entered(long atNs, int side, String state) implements Happening {}
}
