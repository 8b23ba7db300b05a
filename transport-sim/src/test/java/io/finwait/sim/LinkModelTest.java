package io.finwait.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The ranges of what a link may do, at their edges. */
class LinkModelTest {

    /** The values in the order of the record, with one that differs from those of a good link. */
    private static LinkModel with(String name, double value) {
        return new LinkModel(
                name.equals("loss") ? value : 0,
                name.equals("burstEnter") ? value : 0,
                name.equals("burstLength") ? value : 1,
                name.equals("delayNs") ? (long) value : 0,
                name.equals("jitterNs") ? (long) value : 0,
                name.equals("reordering") ? value : 0,
                name.equals("reorderDelayNs") ? (long) value : 0,
                name.equals("duplication") ? value : 0,
                name.equals("corruption") ? value : 0,
                name.equals("bitsPerSecond") ? (long) value : 0,
                name.equals("queuePackets") ? (int) value : 1_000,
                name.equals("mtu") ? (int) value : 1_500,
                name.equals("partitionFromNs") ? (long) value : 0,
                name.equals("partitionToNs") ? (long) value : 0,
                name.equals("marking") ? value : 0,
                name.equals("markingQueue") ? (int) value : 1);
    }

    @ParameterizedTest
    @CsvSource({
        "loss, 0, 1",
        "burstEnter, 0, 1",
        "burstLength, 1, 1e9",
        "delayNs, 0, 1e18",
        "jitterNs, 0, 1e18",
        "reordering, 0, 1",
        "reorderDelayNs, 0, 1e18",
        "duplication, 0, 1",
        "corruption, 0, 1",
        "bitsPerSecond, 0, 1e18",
        "queuePackets, 1, 2147483647",
        "mtu, 1, 65535",
        "partitionToNs, 0, 1e18",
        "marking, 0, 1",
        "markingQueue, 1, 2147483647",
    })
    void theEdgesAreTaken(String name, double least, double most) {
        assertThat(with(name, least)).isNotNull();
        assertThat(with(name, most)).isNotEqualTo(with(name, least));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "loss            | -0.01  | loss is -0.01; choose 0 to 1",
                "loss            | 1.01   | loss is 1.01; choose 0 to 1",
                "loss            | NaN    | loss is NaN; choose 0 to 1",
                "burstEnter      | 2      | burstEnter is 2.0; choose 0 to 1",
                "burstLength     | 0.99   | burstLength is 0.99; choose at least 1 packet",
                "burstLength     | NaN    | burstLength is NaN; choose at least 1 packet",
                "delayNs         | -1     | delayNs is -1; choose 0 or more",
                "jitterNs        | -1     | jitterNs is -1; choose 0 or more",
                "reordering      | -1     | reordering is -1.0; choose 0 to 1",
                "reorderDelayNs  | -1     | reorderDelayNs is -1; choose 0 or more",
                "duplication     | 1.5    | duplication is 1.5; choose 0 to 1",
                "corruption      | -0.5   | corruption is -0.5; choose 0 to 1",
                "bitsPerSecond   | -1     | bitsPerSecond is -1; choose 0 (no limit) or more",
                "queuePackets    | 0      | queuePackets is 0; choose at least 1 packet",
                "mtu             | 0      | mtu is 0; choose 1 to 65535 octets",
                "mtu             | 65536  | mtu is 65536; choose 1 to 65535 octets",
                "partitionFromNs | 1      | partitionToNs is 0; choose not before partitionFromNs",
                "marking         | 1.1    | marking is 1.1; choose 0 to 1",
                "markingQueue    | 0      | markingQueue is 0; choose at least 1 packet",
            })
    void whatIsBehindThemIsRefused(String name, double value, String message) {
        assertThatThrownBy(() -> with(name, value))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }
}
