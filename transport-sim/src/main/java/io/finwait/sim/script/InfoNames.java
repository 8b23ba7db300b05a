package io.finwait.sim.script;

import java.util.List;
import java.util.Map;

/** The names and numbers of Linux for what {@code tcpi_*} of a script can be. */
final class InfoNames {

    /** {@code tcpi_snd_ssthresh} before the first loss. */
    static final int INFINITE_THRESHOLD = 0x7FFF_FFFF;

    /** {@code tcpi_ca_state}. */
    enum Recovery {
        OPEN,
        DISORDER,
        CWR,
        RECOVERY,
        LOSS
    }

    /** {@code tcpi_state}: ESTABLISHED is 1. */
    private static final List<String> STATES =
            List.of(
                    "ESTABLISHED",
                    "SYN-SENT",
                    "SYN-RECEIVED",
                    "FIN-WAIT-1",
                    "FIN-WAIT-2",
                    "TIME-WAIT",
                    "CLOSED",
                    "CLOSE-WAIT",
                    "LAST-ACK",
                    "LISTEN",
                    "CLOSING");

    private static final Map<String, String> OTHER_NAMES =
            Map.of(
                    "SYN-RECV", "SYN-RECEIVED",
                    "SYN-RCVD", "SYN-RECEIVED",
                    "CLOSE", "CLOSED",
                    "FIN-WAIT1", "FIN-WAIT-1",
                    "FIN-WAIT2", "FIN-WAIT-2");

    private static final Map<String, Integer> OPTIONS =
            Map.of(
                    "TCPI_OPT_TIMESTAMPS", 1,
                    "TCPI_OPT_SACK", 2,
                    "TCPI_OPT_WSCALE", 4,
                    "TCPI_OPT_ECN", 8,
                    "TCPI_OPT_ECN_SEEN", 16,
                    "TCPI_OPT_SYN_DATA", 32);

    private static final String CA_STATE = "TCP_CA_";

    private InfoNames() {}

    static int option(String name) {
        return OPTIONS.get(name);
    }

    static int state(String state) {
        return STATES.indexOf(state) + 1;
    }

    /**
     * What a name means.
     *
     * @throws UnsupportedScriptException when it is not known
     */
    static long constant(String name) {
        if (OPTIONS.containsKey(name)) {
            return OPTIONS.get(name);
        }
        if (name.equals("TCP_INFINITE_SSTHRESH")) {
            return INFINITE_THRESHOLD;
        }
        for (Recovery each : Recovery.values()) {
            if (name.equalsIgnoreCase(CA_STATE + each)) {
                return each.ordinal();
            }
        }
        if (name.startsWith("TCP_") || name.startsWith("TCPI_")) {
            String state = name.substring(name.indexOf('_') + 1).replace('_', '-');
            state = state.startsWith("S-") ? state.substring(2) : state;
            int number = state(OTHER_NAMES.getOrDefault(state, state));
            if (number > 0) {
                return number;
            }
        }
        throw new UnsupportedScriptException("'" + name + "' in code");
    }

    /** A value for people. */
    static String describe(String name, long value) {
        return switch (name) {
            case "tcpi_state" -> STATES.get((int) value - 1);
            case "tcpi_ca_state" -> Recovery.values()[(int) value].toString();
            default -> Long.toString(value);
        };
    }
}
