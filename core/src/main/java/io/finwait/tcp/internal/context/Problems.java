package io.finwait.tcp.internal.context;

import org.slf4j.Logger;

/** Tells of a user's code that threw, without throwing. */
final class Problems {

    private Problems() {}

    /** Logs, as far as there is memory for it: who contains a failure must not fail by telling of it. */
    static void log(Logger log, String what, Throwable failure) {
        try {
            log.error(what, failure);
        } catch (Throwable nothingLeftToSayItWith) {
            // The endpoint goes on, which matters more.
        }
    }
}
