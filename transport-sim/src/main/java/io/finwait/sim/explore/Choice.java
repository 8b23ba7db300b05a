package io.finwait.sim.explore;

/** One step of an interleaving, packed into a byte: what happens, at which end, to which packet. */
final class Choice {

    static final int DELIVER = 0;
    static final int LOSE = 1;
    static final int DUPLICATE = 2;
    static final int TIMER = 3;
    static final int SEND = 4;
    static final int READ = 5;
    static final int HALF_CLOSE = 6;
    static final int CLOSE = 7;
    static final int ABORT = 8;
    static final int CONNECT_AGAIN = 9;

    private static final String[] WORDS = {
        "packet %d of %s arrives",
        "packet %d of %s is lost",
        "packet %d of %s is duplicated",
        "a timer of %2$s fires",
        "%2$s sends an octet",
        "%2$s reads",
        "%2$s half-closes",
        "%2$s closes",
        "%2$s aborts",
        "%2$s connects again from the same port"
    };

    private Choice() {}

    /** {@code side} is the end that acts; for packets the end that sent them. */
    static byte of(int kind, int side, int index) {
        return (byte) (kind << 4 | side << 3 | index);
    }

    static int kind(byte choice) {
        return choice >> 4 & 0xF;
    }

    static int side(byte choice) {
        return choice >> 3 & 1;
    }

    static int index(byte choice) {
        return choice & 7;
    }

    static String inWords(byte choice) {
        return String.format(
                WORDS[kind(choice)], index(choice) + 1, side(choice) == 0 ? "client" : "server");
    }
}
