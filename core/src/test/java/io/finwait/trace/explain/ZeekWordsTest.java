package io.finwait.trace.explain;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.finwait.trace.capture.CaptureReader;
import io.finwait.wire.TcpHeader;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Zeek's words for a connection: those of its documentation, and those of its own log. */
class ZeekWordsTest {

    private static final int SYN = TcpHeader.SYN;
    private static final int ACK = TcpHeader.ACK;
    private static final int FIN = TcpHeader.FIN | TcpHeader.ACK;
    private static final int RST = TcpHeader.RST | TcpHeader.ACK;

    private static InputStream resource(String name) {
        return ZeekWordsTest.class.getResourceAsStream("/captures/zeek/" + name);
    }

    /** Rows of Zeek's log by capture: ports, state, history, octets of both. */
    static Stream<List<String>> logged() throws IOException {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(resource("expected.tsv"), UTF_8))) {
            return lines
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .collect(Collectors.groupingBy(line -> line.split("\t", -1)[0]))
                    .values()
                    .stream();
        }
    }

    @ParameterizedTest
    @MethodSource("logged")
    void sayWhatZeekHasLogged(List<String> rows) throws IOException {
        String name = rows.get(0).split("\t", -1)[0];
        CaptureExplainer explainer = new CaptureExplainer();
        try (CaptureReader reader = CaptureReader.open(resource(name))) {
            explainer.read(reader, octets -> {});
        }
        List<String> said = new ArrayList<>();
        for (int i = 0; i < explainer.connections(); i++) {
            said.add(row(name, explainer.story(i)));
        }
        assertThat(said).containsExactlyInAnyOrderElementsOf(rows);
    }

    private static String row(String name, ConnectionStory story) {
        return String.join(
                "\t",
                name,
                port(story.opener()),
                port(story.other()),
                story.connState(),
                story.history(),
                octets(story.opener()),
                octets(story.other()));
    }

    private static String port(SideStory side) {
        return side.address().substring(side.address().lastIndexOf(':') + 1);
    }

    /** Of a side that the capture misses Zeek counts nothing; its acknowledgments tell more. */
    private static String octets(SideStory side) {
        return Long.toString(side.packets() == 0 ? 0 : side.textOctets());
    }

    private static String words(MadeCapture capture) throws IOException {
        ConnectionStory story = capture.story();
        return story.connState() + " " + story.history();
    }

    @Test
    void nobodyAnswers() throws IOException {
        assertThat(words(new MadeCapture().client(SYN, 0, 0))).isEqualTo("S0 S");
        assertThat(words(new MadeCapture().client(SYN, 0, 0).server(RST, 0, 1)))
                .isEqualTo("REJ Sr");
    }

    @Test
    void openAndClosed() throws IOException {
        assertThat(words(new MadeCapture().opened())).isEqualTo("S1 ShA");
        MadeCapture half = new MadeCapture().opened().client(FIN, 1, 1).server(ACK, 1, 2);
        assertThat(words(half)).isEqualTo("S2 ShAFa");
        assertThat(words(half.server(FIN, 1, 2).client(ACK, 2, 2))).isEqualTo("SF ShAFaf");
        assertThat(words(new MadeCapture().opened().server(FIN, 1, 1).client(ACK, 1, 2)))
                .isEqualTo("S3 ShAf");
    }

    @Test
    void reset() throws IOException {
        assertThat(words(new MadeCapture().opened().client(RST, 1, 1))).isEqualTo("RSTO ShAR");
        assertThat(words(new MadeCapture().opened().server(RST, 1, 1))).isEqualTo("RSTR ShAr");
    }

    @Test
    void theOtherDirectionIsMissing() throws IOException {
        assertThat(words(new MadeCapture().client(SYN, 0, 0).client(RST, 1, 0)))
                .isEqualTo("RSTOS0 SR");
        assertThat(words(new MadeCapture().client(SYN, 0, 0).client(FIN, 1, 1))).isEqualTo("SH SF");
        assertThat(words(new MadeCapture().server(SYN | ACK, 0, 1).server(RST, 1, 1)))
                .isEqualTo("RSTRH ^hr");
        assertThat(words(new MadeCapture().server(SYN | ACK, 0, 1).server(FIN, 1, 1)))
                .isEqualTo("SHR ^hf");
    }

    @Test
    void theBeginningIsMissing() throws IOException {
        MadeCapture middle =
                new MadeCapture()
                        .segment(1_234, true, ACK, 1_000, 2_000, 10)
                        .server(ACK, 2_000, 1_010);
        assertThat(words(middle)).isEqualTo("OTH Da");
    }
}
