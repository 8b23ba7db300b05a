package io.finwait.sim;

import io.finwait.spi.TransportUri;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The parameters of URIs that say how a link treats packets: {@code loss}, {@code duplication},
 * {@code corruption}, {@code reordering} (probabilities, 0 to 1 or in percent), {@code delay},
 * {@code jitter}, {@code reorderdelay} (with ns, us, ms or s), {@code rate} (bits per second, with
 * k, M or G) and {@code queue} (packets), {@code marking} (the probability that a packet is marked
 * with "congestion experienced", if its sender allows it) and {@code markingqueue} (packets that
 * find so many waiting are marked), {@code bursts} (the probability that a burst of losses
 * begins with a packet) and {@code burstlength} (how many packets it takes on average).
 */
final class LinkParameters {

    private static final String[] NAMES = {
        "loss",
        "bursts",
        "burstlength",
        "duplication",
        "corruption",
        "reordering",
        "delay",
        "jitter",
        "reorderdelay",
        "rate",
        "queue",
        "marking",
        "markingqueue"
    };
    private static final Pattern QUANTITY =
            Pattern.compile("(\\d{1,9}(?:\\.\\d{1,9})?)([a-zA-Z%]*)");
    private static final int MOST_QUEUED = 1_000_000;

    private LinkParameters() {}

    /** The names of the parameters, and those of others behind them. */
    static String[] and(String... others) {
        return Stream.concat(Stream.of(NAMES), Stream.of(others)).toArray(String[]::new);
    }

    /** The model that a text describes, such as {@code delay=10ms,loss=1%}. */
    static LinkModel model(String text) {
        if (text.isBlank()) {
            return LinkModel.perfect();
        }
        TransportUri uri = TransportUri.parse("link:?" + text.replace(',', '&'));
        uri.requireOnly(NAMES);
        return model(uri);
    }

    /** The parameter {@code seed}, or null. */
    static Long seed(TransportUri uri) {
        String text = uri.parameters().get("seed");
        if (text == null) {
            return null;
        }
        try {
            return Long.valueOf(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "'seed=" + text + "' in " + uri + " is no whole number of 64 bits", e);
        }
    }

    /** The model that the parameters describe; a perfect link where none is given. */
    static LinkModel model(TransportUri uri) {
        boolean bursts = uri.parameters().containsKey("bursts");
        return LinkModel.perfect()
                .loss(probability(uri, "loss"))
                .burstLoss(
                        probability(uri, "bursts"),
                        uri.parameter("burstlength", bursts ? 5 : 1, 1, MOST_QUEUED))
                .duplication(probability(uri, "duplication"))
                .corruption(probability(uri, "corruption"))
                .reordering(probability(uri, "reordering"), duration(uri, "reorderdelay", "10ms"))
                .delay(duration(uri, "delay", "0s"))
                .jitter(duration(uri, "jitter", "0s"))
                .rate(rate(uri), uri.parameter("queue", 1_000, 1, MOST_QUEUED))
                .marking(probability(uri, "marking"))
                .markingQueue(
                        uri.parameter("markingqueue", Integer.MAX_VALUE, 1, Integer.MAX_VALUE));
    }

    private static double probability(TransportUri uri, String key) {
        String text = uri.parameter(key, "0");
        Matcher parts = QUANTITY.matcher(text);
        if (parts.matches()) {
            double number = Double.parseDouble(parts.group(1));
            double value = parts.group(2).equals("%") ? number / 100 : number;
            if (value <= 1 && (parts.group(2).isEmpty() || parts.group(2).equals("%"))) {
                return value;
            }
        }
        throw wrong(uri, key, text, "no probability; write 0.1 or 10%");
    }

    private static long duration(TransportUri uri, String key, String otherwise) {
        String text = uri.parameter(key, otherwise);
        Matcher parts = QUANTITY.matcher(text);
        if (parts.matches()) {
            double number = Double.parseDouble(parts.group(1));
            long unit =
                    switch (parts.group(2)) {
                        case "ns" -> 1;
                        case "us" -> 1_000;
                        case "ms" -> 1_000_000;
                        case "s" -> 1_000_000_000;
                        default -> 0;
                    };
            if (unit > 0) {
                return Math.round(number * unit);
            }
        }
        throw wrong(uri, key, text, "no length of time; write 10ms, with ns, us, ms or s");
    }

    private static long rate(TransportUri uri) {
        String text = uri.parameter("rate", "0");
        Matcher parts = QUANTITY.matcher(text);
        if (parts.matches()) {
            double number = Double.parseDouble(parts.group(1));
            long unit =
                    switch (parts.group(2).toLowerCase(Locale.ROOT)) {
                        case "" -> 1;
                        case "k" -> 1_000;
                        case "m" -> 1_000_000;
                        case "g" -> 1_000_000_000;
                        default -> 0;
                    };
            if (unit > 0) {
                return Math.round(number * unit);
            }
        }
        throw wrong(uri, "rate", text, "no rate; write bits per second such as 10M");
    }

    private static IllegalArgumentException wrong(
            TransportUri uri, String key, String value, String why) {
        return new IllegalArgumentException("'" + key + "=" + value + "' in " + uri + " is " + why);
    }
}
