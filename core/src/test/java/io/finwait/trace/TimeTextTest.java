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
        "-5000000, -5 ms"
    })
    void timesAreReadable(long ns, String text) {
        assertThat(TimeText.of(ns)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({"60000000000, 60 s", "240000000000, 4 min", "240000000001, 240 s"})
    void longDurationsAreMinutes(long ns, String text) {
        assertThat(TimeText.duration(ns)).isEqualTo(text);
    }
}
