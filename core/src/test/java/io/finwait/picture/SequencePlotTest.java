package io.finwait.picture;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.trace.End;
import io.finwait.trace.SegmentFields;
import io.finwait.trace.SegmentLabel;
import io.finwait.wire.TcpHeader;

import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

import java.util.List;

/** Sequence numbers over time, read back from the picture. */
class SequencePlotTest {

    private static final long MS = 1_000_000;

    private final Ladder ladder = new Ladder("client", "server");

    private LadderPacket text(long atMs, long seq, int octets) {
        SegmentFields fields =
                new SegmentFields(
                        0, TcpHeader.ACK, seq, 1, octets, 1000, 64, 50_000, 80, List.of());
        return ladder.sent(
                atMs * MS, End.A, SegmentLabel.of(TcpHeader.ACK, seq, 1, octets), fields);
    }

    private void ack(long sentMs, long ack, SegmentFields.Sack... sacks) {
        SegmentFields fields =
                new SegmentFields(
                        0, TcpHeader.ACK, 1, ack, 0, 1000, 64, 80, 50_000, List.of(sacks));
        ladder.sent(sentMs * MS, End.B, SegmentLabel.of(TcpHeader.ACK, 1, ack, 0), fields)
                .arrives((sentMs + 10) * MS);
    }

    private static List<Element> ofClass(Document picture, String name, String cssClass) {
        return SvgDocument.elements(picture, name).stream()
                .filter(each -> each.getAttribute("class").equals(cssClass))
                .toList();
    }

    @Test
    void whatWasLostIsSentAgainAfterItsSack() throws Exception {
        text(0, 1, 100).arrives(10 * MS);
        text(1, 101, 100).lost();
        text(2, 201, 100).arrives(12 * MS);
        ack(10, 101);
        ack(12, 101, new SegmentFields.Sack(201, 301));
        text(30, 101, 100).arrives(40 * MS);
        ack(40, 301);

        Document picture = SvgDocument.parse(new SequencePlot().render(ladder));

        // One of each is the legend's.
        assertThat(ofClass(picture, "line", "sent")).hasSize(3 + 1);
        assertThat(ofClass(picture, "line", "again")).hasSize(1 + 1);
        assertThat(ofClass(picture, "line", "sack")).hasSize(1 + 1);
        assertThat(ofClass(picture, "path", "acked")).hasSize(1);
        assertThat(ofClass(picture, "path", "edge")).hasSize(1);
        assertThat(SvgDocument.texts(picture)).contains("client \u2192 server: sequence numbers");
        assertThat(SvgDocument.elements(picture, "desc").get(0).getTextContent())
                .contains("4 segments up to 301, 1 sent again, 3 acknowledgments");
    }

    @Test
    void timeRunsToTheRightAndNumbersUpwards() throws Exception {
        text(0, 1, 100).arrives(10 * MS);
        text(50, 101, 100).arrives(60 * MS);
        List<Element> bars =
                ofClass(SvgDocument.parse(new SequencePlot().render(ladder)), "line", "sent");

        assertThat(number(bars.get(1), "x1")).isGreaterThan(number(bars.get(0), "x1"));
        assertThat(number(bars.get(1), "y1")).isLessThan(number(bars.get(0), "y1"));
        assertThat(number(bars.get(0), "y2")).isLessThan(number(bars.get(0), "y1"));
    }

    @Test
    void anEmptyLadderAndOneWithoutTextAreDrawn() throws Exception {
        assertThat(SvgDocument.parse(new SequencePlot().render(ladder))).isNotNull();
        ladder.sent(0, End.A, SegmentLabel.other("ICMP")).lost();
        assertThat(SvgDocument.parse(new SequencePlot().render(ladder))).isNotNull();
        assertThat(
                        SvgDocument.parse(
                                new SequencePlot(SvgTheme.DARK).render(Stories.fourWayClose())))
                .isNotNull();
    }

    private static double number(Element element, String attribute) {
        return Double.parseDouble(element.getAttribute(attribute));
    }
}
