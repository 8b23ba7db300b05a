package io.finwait.trace.explain;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Times in the words of a verdict. */
class DurationsTest {

    @ParameterizedTest
    @CsvSource({
        "0, 0 us",
        "1500, 1.5 us",
        "999999, 1000 us",
        "1000000, 1 ms",
        "200400000, 200 ms",
        "1000000000, 1 s",
        "59900000000, 59.9 s",
        "60000000000, 1 min",
        "90000000000, 1 min 30 s",
        "3599000000000, 59 min 59 s",
        "3600000000000, 1 h",
        "7500000000000, 2 h 5 min",
        "-2000000, -2 ms"
    })
    void areReadable(long ns, String words) {
        assertThat(Durations.words(ns)).isEqualTo(words);
    }
}
