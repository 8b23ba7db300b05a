package io.finwait.nio.relay;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@link RelayFaults} in words, such as {@code delay=20ms,rate=64k,reset-after=1000}. */
final class FaultWords {

    private static final String NONE = "none";
    private static final Pattern TIME = Pattern.compile("(\\d{1,12}(?:\\.\\d{1,9})?)(us|ms|s|m)");
    private static final Pattern RATE = Pattern.compile("(\\d{1,9})([kMG]?)");
    private static final int BITS = 8;

    private FaultWords() {}

    static RelayFaults read(String words) {
        RelayFaults faults = RelayFaults.none();
        if (words.equals(NONE)) {
            return faults;
        }
        Duration slicePause = Duration.ZERO;
        for (String word : words.split(",", -1)) {
            int equals = word.indexOf('=');
            String value = equals < 0 ? null : word.substring(equals + 1);
            String name = equals < 0 ? word : word.substring(0, equals);
            if (name.equals("slice-pause")) {
                slicePause = time(word, value);
            } else {
                faults = with(faults, name, word, value);
            }
        }
        return faults.slices(faults.travel().sliceOctets(), slicePause);
    }

    private static RelayFaults with(RelayFaults to, String name, String word, String value) {
        if (value == null) {
            return switch (name) {
                case "drop-fin" -> to.dropFin();
                case "drop-reset" -> to.dropReset();
                default -> throw unknown(word);
            };
        }
        return switch (name) {
            case "begins-after" -> to.beginsAfter(time(word, value));
            case "delay" -> to.delay(time(word, value));
            case "jitter" -> to.jitter(time(word, value));
            case "rate" -> to.rate(octetsPerSecond(word, value));
            case "slice" -> to.slices((int) number(word, value, Integer.MAX_VALUE), Duration.ZERO);
            case "cut-after" -> to.cutAfter(number(word, value, RelayFaults.NEVER));
            case "fin-after" -> to.finAfter(number(word, value, RelayFaults.NEVER));
            case "reset-after" -> to.resetAfter(number(word, value, RelayFaults.NEVER));
            case "hold-fin" -> to.holdFin(time(word, value));
            default -> throw unknown(word);
        };
    }

    private static IllegalArgumentException unknown(String word) {
        return new IllegalArgumentException(
                "'"
                        + word
                        + "' is no fault; write begins-after=, delay=, jitter=, hold-fin= or"
                        + " slice-pause=TIME, rate=BITS, slice=, cut-after=, fin-after= or"
                        + " reset-after=OCTETS, drop-fin, drop-reset, or none");
    }

    private static Duration time(String word, String value) {
        Matcher time = TIME.matcher(value == null ? "" : value);
        if (!time.matches()) {
            throw new IllegalArgumentException(
                    "'" + word + "' has no time; write a number with us, ms, s or m, such as 20ms");
        }
        long unitNs =
                switch (time.group(2)) {
                    case "us" -> 1_000L;
                    case "ms" -> 1_000_000L;
                    case "s" -> 1_000_000_000L;
                    default -> 60_000_000_000L;
                };
        BigDecimal ns = new BigDecimal(time.group(1)).multiply(BigDecimal.valueOf(unitNs));
        return Duration.ofSeconds(
                ns.movePointLeft(9).longValue(), ns.remainder(BigDecimal.TEN.pow(9)).longValue());
    }

    private static long octetsPerSecond(String word, String value) {
        Matcher rate = RATE.matcher(value);
        if (!rate.matches()) {
            throw new IllegalArgumentException(
                    "'" + word + "' has no rate; write bits per second, such as 800, 64k or 10M");
        }
        long unit =
                switch (rate.group(2)) {
                    case "k" -> 1_000L;
                    case "M" -> 1_000_000L;
                    case "G" -> 1_000_000_000L;
                    default -> 1L;
                };
        long bits = Long.parseLong(rate.group(1)) * unit;
        if (bits > 0 && bits < BITS) {
            throw new IllegalArgumentException(
                    "'" + word + "' is less than an octet per second; choose 8 or more bits");
        }
        return bits / BITS;
    }

    private static long number(String word, String value, long most) {
        try {
            long number = Long.parseLong(value);
            if (number >= 0 && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // The sentence below says it.
        }
        throw new IllegalArgumentException(
                "'" + word + "' has no number of octets; choose one from 0 to " + most);
    }

    static String write(RelayFaults faults) {
        List<String> words = new ArrayList<>();
        RelayFaults.Travel travel = faults.travel();
        RelayFaults.Ends ends = faults.ends();
        add(words, "begins-after", faults.beginsAfter());
        add(words, "delay", travel.delay());
        add(words, "jitter", travel.jitter());
        if (travel.octetsPerSecond() > 0) {
            words.add("rate=" + rate(travel.octetsPerSecond()));
        }
        if (travel.sliceOctets() > 0) {
            words.add("slice=" + travel.sliceOctets());
            add(words, "slice-pause", travel.slicePause());
        }
        add(words, "cut-after", ends.cutAfter());
        add(words, "fin-after", ends.finAfter());
        add(words, "reset-after", ends.resetAfter());
        add(words, "hold-fin", ends.finHold());
        if (ends.dropsFin()) {
            words.add("drop-fin");
        }
        if (ends.dropsReset()) {
            words.add("drop-reset");
        }
        return words.isEmpty() ? NONE : String.join(",", words);
    }

    private static String rate(long octetsPerSecond) {
        BigDecimal bits = BigDecimal.valueOf(octetsPerSecond).multiply(BigDecimal.valueOf(BITS));
        for (String unit : List.of("", "k", "M")) {
            BigDecimal[] parts = bits.divideAndRemainder(BigDecimal.valueOf(1_000));
            if (parts[1].signum() != 0) {
                return bits.toPlainString() + unit;
            }
            bits = parts[0];
        }
        return bits.toPlainString() + "G";
    }

    private static void add(List<String> words, String name, Duration value) {
        if (!value.isZero()) {
            BigDecimal ms =
                    BigDecimal.valueOf(value.getSeconds())
                            .movePointRight(3)
                            .add(BigDecimal.valueOf(value.getNano(), 6));
            boolean seconds = ms.remainder(BigDecimal.valueOf(1_000)).signum() == 0;
            BigDecimal shown = seconds ? ms.movePointLeft(3) : ms;
            String number = shown.stripTrailingZeros().toPlainString();
            words.add(name + "=" + number + (seconds ? "s" : "ms"));
        }
    }

    private static void add(List<String> words, String name, long octets) {
        if (octets != RelayFaults.NEVER) {
            words.add(name + "=" + octets);
        }
    }
}
