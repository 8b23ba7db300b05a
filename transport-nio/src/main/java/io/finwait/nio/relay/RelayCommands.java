package io.finwait.nio.relay;

import java.util.List;
import java.util.function.LongPredicate;

/** Carries out what {@link Relay#command} describes. */
final class RelayCommands {

    private static final String HELP =
            "; write faults or faults-now with up, down or both and the faults, only all,"
                    + " only first N, only chance P SEED, reset, reset N, or show";

    private final Relay relay;
    private String only = "all";

    RelayCommands(Relay relay) {
        this.relay = relay;
    }

    /** One command after the other, so that none is lost between two. */
    synchronized String run(String line) {
        List<String> words = List.of(line.strip().split("\\s+"));
        return switch (words.get(0) + "/" + (words.size() - 1)) {
            case "faults/2" -> faults(words.get(1), words.get(2), false);
            case "faults-now/2" -> faults(words.get(1), words.get(2), true);
            case "only/1", "only/2", "only/3" -> only(words.subList(1, words.size()));
            case "reset/0" -> relay.resetAll() + " connections were reset\n";
            case "reset/1" -> reset(number(words.get(1)));
            case "show/0" -> show();
            default -> throw wrong("'" + line.strip() + "' is no command");
        };
    }

    private static IllegalArgumentException wrong(String what) {
        return new IllegalArgumentException(what + HELP);
    }

    private String faults(String direction, String words, boolean now) {
        RelayFaults faults = RelayFaults.parse(words);
        boolean up = direction.equals("up") || direction.equals("both");
        boolean down = direction.equals("down") || direction.equals("both");
        if (!up && !down) {
            throw wrong("'" + direction + "' is no direction");
        }
        RelayFaults newUp = up ? faults : relay.faultsUp();
        RelayFaults newDown = down ? faults : relay.faultsDown();
        if (now) {
            relay.faultsNow(newUp, newDown);
        } else {
            relay.faults(newUp, newDown);
        }
        return set();
    }

    private String only(List<String> which) {
        LongPredicate numbers =
                switch (which.get(0) + "/" + (which.size() - 1)) {
                    case "all/0" -> number -> true;
                    case "first/1" -> Relay.first(number(which.get(1)));
                    case "chance/2" ->
                            Relay.byChance(probability(which.get(1)), number(which.get(2)));
                    default -> throw wrong("'" + String.join(" ", which) + "' names none");
                };
        relay.only(numbers);
        only = String.join(" ", which);
        return set();
    }

    private String reset(long number) {
        if (!relay.reset(number)) {
            throw new IllegalArgumentException("connection " + number + " is not open");
        }
        return "connection " + number + " was reset\n";
    }

    private static long number(String word) {
        try {
            return Long.parseLong(word);
        } catch (NumberFormatException e) {
            throw wrong("'" + word + "' is no number");
        }
    }

    private static double probability(String word) {
        try {
            return Double.parseDouble(word);
        } catch (NumberFormatException e) {
            throw wrong("'" + word + "' is no probability");
        }
    }

    private String set() {
        return "up " + relay.faultsUp() + ", down " + relay.faultsDown() + ", only " + only + "\n";
    }

    private String show() {
        StringBuilder text = new StringBuilder(set());
        relay.connections().forEach(each -> text.append(each).append('\n'));
        return text.toString();
    }
}
