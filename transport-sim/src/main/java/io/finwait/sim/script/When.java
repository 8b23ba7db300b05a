package io.finwait.sim.script;

/**
 * When an event happens: at a time, or (for an expected packet) within a range or at any time.
 *
 * @param relative counted from the end of the event before, else from the start of the script
 * @param any {@code *}: at any time
 * @param fromNs nanoseconds
 * @param toNs nanoseconds; {@code fromNs} when it is no range
 */
record When(boolean relative, boolean any, long fromNs, long toNs) {

    static final When ANY = new When(false, true, 0, 0);

    boolean isRange() {
        return fromNs != toNs;
    }
}
