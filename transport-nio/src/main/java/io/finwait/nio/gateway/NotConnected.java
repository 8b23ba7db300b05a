package io.finwait.nio.gateway;

import io.finwait.nio.gateway.GatewayStatistics.Count;
import io.finwait.wire.Unreachable;

import java.io.IOException;
import java.net.BindException;
import java.net.NoRouteToHostException;

/** Why there is no connection to a destination. */
final class NotConnected extends IOException {

    private static final long serialVersionUID = 1;

    /** A connect that fails later than this has not been refused. */
    private static final long LONG_NS = 20_000_000_000L;

    private final Kind kind;
    private final Unreachable why;

    /** What the client is to see. */
    enum Kind {
        REFUSED(Count.REFUSED),
        UNREACHABLE(Count.UNREACHABLE),
        SILENT(Count.SILENT);

        private final Count count;

        Kind(Count count) {
            this.count = count;
        }

        Count count() {
            return count;
        }
    }

    private NotConnected(Kind kind, Unreachable why, String message) {
        super(message);
        this.kind = kind;
        this.why = why;
    }

    static NotConnected refused(String message) {
        return new NotConnected(Kind.REFUSED, null, message);
    }

    static NotConnected unreachable(Unreachable why, String message) {
        return new NotConnected(Kind.UNREACHABLE, why, message);
    }

    static NotConnected silent(String message) {
        return new NotConnected(Kind.SILENT, null, message);
    }

    /**
     * What an exception of the JDK's means, which has the words of strerror for the rest.
     *
     * @param tookNs how long the attempt has lasted
     */
    static NotConnected of(IOException e, long tookNs) {
        if (e instanceof NotConnected already) {
            return already;
        }
        String words = String.valueOf(e.getMessage());
        if (e instanceof NoRouteToHostException) {
            return unreachable(Unreachable.HOST, words);
        }
        if (words.contains("etwork is unreachable") || words.contains("not supported")) {
            return unreachable(Unreachable.NETWORK, words);
        }
        if (e instanceof BindException || words.contains("not permitted")) {
            return unreachable(Unreachable.PROHIBITED, words);
        }
        return words.contains("timed out") || tookNs > LONG_NS ? silent(words) : refused(words);
    }

    Kind kind() {
        return kind;
    }

    Unreachable why() {
        return why;
    }
}
