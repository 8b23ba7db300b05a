package io.finwait.sim.script;

import io.finwait.sim.script.Event.SystemCall;

/** What a script needs from a TCP: running it, calling it and looking at it. */
interface StackUnderTest {

    /** One duty cycle; 0 when nothing was to do. */
    int doWork(long nowNs);

    /** When there is something to do without a packet; MAX_VALUE for never. */
    long nextDeadlineNs();

    /** Begins a call of the socket API. */
    PendingCall call(SystemCall call);

    /** The state of the socket under test by its name in RFC 9293: {@code FIN-WAIT-1}. */
    String state();

    /**
     * A field of Linux' {@code TCP_INFO} of the socket under test.
     *
     * @param field such as {@code tcpi_snd_cwnd}
     * @throws UnsupportedScriptException when there is no such thing here
     */
    long info(String field);

    /** How many connections are in a state, by its name in RFC 9293. */
    int count(String state);

    /** Forgets the connections in TIME-WAIT. */
    void dropTimeWait();

    /** A call that may have to wait. */
    interface PendingCall {

        /** Tries again; null while the call still waits. */
        Returned poll();
    }

    /**
     * What a call returned.
     *
     * @param errno name of the error, empty when there is none
     */
    record Returned(long value, String errno) {

        static Returned of(long value) {
            return new Returned(value, "");
        }

        static Returned error(String errno) {
            return new Returned(-1, errno);
        }

        String describe() {
            return errno.isEmpty() ? Long.toString(value) : value + " " + errno;
        }
    }
}
