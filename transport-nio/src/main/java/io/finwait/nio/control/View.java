package io.finwait.nio.control;

import java.util.Locale;

/** What can be looked at of a running stack. */
public enum View {
    /** The connections, as {@code netstat -tan} prints them. */
    CONNECTIONS,
    /** The same with their timers, as {@code netstat -tano}. */
    TIMERS,
    /** The same with a line of the fields of {@code ss -ti} below each connection. */
    INFO,
    /** What was counted, in the words of {@code netstat -s}. */
    STATISTICS;

    /** Its name in a request. */
    String request() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * The view of a request, or null when there is none; who says nothing means the connections.
     */
    static View of(String request) {
        if (request.isEmpty()) {
            return CONNECTIONS;
        }
        for (View view : values()) {
            if (view.request().equals(request)) {
                return view;
            }
        }
        return null;
    }
}
