package io.finwait.examples.stage;

import io.finwait.trace.End;

/** What a host tells of itself. */
interface Diary {

    /** The state of an end before anything happens. */
    void begins(long nowNs, End end, String state);

    /** An end has come into a state, or is still in it. */
    void state(long nowNs, End end, String state);

    /** An application has made a call, or a call has come back. */
    void note(long nowNs, End end, String text);
}
