package io.finwait.trace;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TimeTextTest {

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "999, 999 ns",
        "1000, 1 µs",
        "1250, 1.25 µs",
        "12500, 12.5 µs",
        "999900, 1000 µs",
        "1000000, 1 ms",
        "20100000, 20.1 ms",
        "350000000, 350 ms",
        "1000000000, 1 s",
        "1050000000, 1.05 s",
        "60020000000, 60.02 s",
        "240020000000, 240.02 s",
        "240000000000, 240 s",
        "14400000000000, 14400 s",
        "-5000000, -5 ms",
        "9999, 10 µs",
        "9990, 9.99 µs",
        "10049, 10 µs",
        "10050, 10.1 µs",
        "99999, 100 µs",
        "999499, 999 µs",
        "9994999, 9.99 ms",
        "9995000, 10 ms",
        "99949999, 99.9 ms",
        "999499999, 999 ms",
        "999500000, 1000 ms",
        "99999400000, 99.999 s",
        "99999500000, 100 s",
        "9999990000000, 9999.99 s",
        "9999999000000000, 9999999 s",
        "9223372036854775807, 9223372037 s",
        "-9223372036854775807, -9223372037 s",
        "-9223372036854775808, -9223372037 s"
    })
    void timesAreReadable(long ns, String text) {
        assertThat(TimeText.of(ns)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({
        "60000000000, 60 s",
        "120000000000, 2 min",
        "180000000000, 3 min",
        "240000000000, 4 min",
        "240000000001, 240 s"
    })
    void longDurationsAreMinutes(long ns, String text) {
        assertThat(TimeText.duration(ns)).isEqualTo(text);
    }
}
