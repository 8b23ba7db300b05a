package io.finwait.nio.relay;

/**
 * Something that a {@link Relay} has seen or done.
 *
 * @param connection the number of the connection, from 1
 * @param way which direction it concerns; null for what concerns both
 * @param kind what it was
 * @param octets how many octets have come in this direction so far
 */
public record RelayEvent(long connection, Way way, Kind kind, long octets) {

    /** A direction, seen from who connected. */
    public enum Way {
        /** From the client to the server. */
        UP("client > server"),
        /** From the server to the client. */
        DOWN("server > client");

        private final String words;

        Way(String words) {
            this.words = words;
        }

        Way reverse() {
            return this == UP ? DOWN : UP;
        }
    }

    /** What has happened. */
    public enum Kind {
        /** A client has connected, and the server has been reached. */
        OPENED("opened"),
        /** A client has connected, and was reset, because the server could not be reached. */
        UNREACHABLE("the server can't be reached, the client is reset"),
        /** A FIN has been passed on. */
        FIN("FIN"),
        /** A FIN has come and is kept back by a fault. */
        FIN_DROPPED("FIN, dropped"),
        /** A FIN has been passed on that the sender never sent. */
        FIN_MADE("FIN, made here"),
        /** A reset has been passed on. */
        RESET("RST"),
        /** A reset has come and is kept back by a fault. */
        RESET_DROPPED("RST, dropped"),
        /** A fault has reset both ends. */
        RESET_MADE("RST both ways, made here"),
        /** From now on nothing passes. */
        CUT("cut"),
        /** Both directions have ended; the sockets are closed. */
        CLOSED("closed");

        private final String words;

        Kind(String words) {
            this.words = words;
        }
    }

    /** In words: {@code 1  client > server  FIN after 512 octets}. */
    @Override
    public String toString() {
        return way == null
                ? connection + "  " + kind.words
                : connection
                        + "  "
                        + way.words
                        + "  "
                        + kind.words
                        + " after "
                        + octets
                        + " octets";
    }
}
