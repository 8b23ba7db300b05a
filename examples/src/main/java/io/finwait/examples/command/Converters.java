package io.finwait.examples.command;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads values of options. */
final class Converters {

    private static final Pattern DURATION = Pattern.compile("(\\d+(?:\\.\\d+)?)(ns|us|ms|s|m|min)");

    private static final Pattern RATE = Pattern.compile("(\\d{1,9})([kMG]?)");

    private Converters() {}

    /** {@code 500us}, {@code 10ms}, {@code 1.5s}, {@code 2m}. */
    static final class OfDuration implements ITypeConverter<Duration> {
        @Override
        public Duration convert(String text) {
            Matcher matcher = DURATION.matcher(text);
            if (!matcher.matches() || matcher.group(1).length() > 9) {
                throw new TypeConversionException(
                        "'"
                                + text
                                + "' is not a time; write a number with ns, us, ms, s or m, such as"
                                + " 30s");
            }
            long unitNs =
                    switch (matcher.group(2)) {
                        case "ns" -> 1L;
                        case "us" -> 1_000L;
                        case "ms" -> 1_000_000L;
                        case "s" -> 1_000_000_000L;
                        default -> 60_000_000_000L;
                    };
            BigDecimal ns = new BigDecimal(matcher.group(1)).multiply(BigDecimal.valueOf(unitNs));
            return Duration.ofNanos(ns.longValue());
        }
    }

    /** {@code 800}, {@code 64k}, {@code 10M}: bits per second. */
    static final class OfRate implements ITypeConverter<Long> {
        @Override
        public Long convert(String text) {
            Matcher matcher = RATE.matcher(text);
            if (!matcher.matches()) {
                throw new TypeConversionException(
                        "'"
                                + text
                                + "' is not a rate; write bits per second, such as 800, 64k or"
                                + " 10M");
            }
            long unit =
                    switch (matcher.group(2)) {
                        case "k" -> 1_000L;
                        case "M" -> 1_000_000L;
                        case "G" -> 1_000_000_000L;
                        default -> 1L;
                    };
            return Long.parseLong(matcher.group(1)) * unit;
        }
    }

    /** {@code 10%} or {@code 0.1}, as {@code --loss} takes it. */
    static final class OfLoss implements ITypeConverter<Double> {
        @Override
        public Double convert(String text) {
            boolean percent = text.endsWith("%");
            try {
                double value =
                        Double.parseDouble(percent ? text.substring(0, text.length() - 1) : text);
                double share = percent ? value / 100 : value;
                if (share >= 0 && share <= 1) {
                    return share;
                }
                if (!percent && value > 1 && value <= 60) {
                    throw new TypeConversionException(
                            "'"
                                    + text
                                    + "' is neither a percentage nor a fraction; write "
                                    + text
                                    + "% or "
                                    + BigDecimal.valueOf(value)
                                            .movePointLeft(2)
                                            .stripTrailingZeros()
                                            .toPlainString());
                }
            } catch (NumberFormatException e) {
                // The sentence below says it.
            }
            throw new TypeConversionException(
                    "'" + text + "' is not a fraction of packets; write 0% to 60%, or 0 to 0.6");
        }
    }
}
