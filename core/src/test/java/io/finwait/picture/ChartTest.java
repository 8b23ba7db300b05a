package io.finwait.picture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

import java.util.List;

class ChartTest {

    private static Chart example() {
        return new Chart("Bulk, one connection & more", "Gbit/s")
                .group("kernel sends")
                .bar("kernel, veth", 37.5)
                .bar("smoltcp", 6.4)
                .bar("<none>", 0)
                .group("stack sends")
                .bar("kernel, veth", 40.6)
                .bar("smoltcp", 1.6);
    }

    @Test
    void barsAreInProportionAndNamesKeepTheirColour() throws Exception {
        Document document = SvgDocument.parse(example().render(SvgTheme.AUTO));
        List<Element> bars =
                SvgDocument.elements(document, "rect").stream()
                        .filter(each -> each.getAttribute("class").startsWith("series"))
                        .toList();
        assertThat(bars.stream().map(each -> each.getAttribute("class")))
                .containsExactly("series0", "series1", "series2", "series0", "series1");
        assertThat(width(bars.get(0)) / width(bars.get(3))).isCloseTo(37.5 / 40.6, within(0.01));
        assertThat(width(bars.get(2))).as("nothing is a hairline").isEqualTo(1);
    }

    @Test
    void valuesAxisAndDescriptionAreWritten() throws Exception {
        Document document = SvgDocument.parse(example().render(SvgTheme.LIGHT));
        assertThat(SvgDocument.texts(document))
                .contains("37.5 Gbit/s", "6.4 Gbit/s", "0 Gbit/s", "<none>", "40", "50", "Gbit/s");
        assertThat(SvgDocument.elements(document, "desc").get(0).getTextContent())
                .isEqualTo(
                        "Gbit/s; kernel sends: kernel, veth 37.5 smoltcp 6.4 <none> 0; stack"
                                + " sends: kernel, veth 40.6 smoltcp 1.6");
    }

    @Test
    void largeAndSmallNumbersAreReadable() throws Exception {
        Chart chart = new Chart("t", "").group("g").bar("a", 21_156).bar("b", 0.0625);
        assertThat(SvgDocument.texts(SvgDocument.parse(chart.render(SvgTheme.DARK))))
                .contains("21,156", "0.063", "5,000", "25,000");
    }

    @Test
    void anEmptyChartIsAPicture() throws Exception {
        String svg = new Chart("nothing", "ns").render(SvgTheme.AUTO);
        assertThat(SvgDocument.parse(svg).getDocumentElement().getTagName()).isEqualTo("svg");
    }

    @Test
    void wrongUseSaysWhatToDo() {
        assertThatThrownBy(() -> new Chart("t", "ns").bar("a", 1))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("call group first");
        assertThatThrownBy(() -> new Chart("t", "ns").group("g").bar("a", -1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("0 or more");
        assertThatThrownBy(() -> new Chart("t", "ns").group("g").bar("a", Double.NaN))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static double width(Element bar) {
        return Double.parseDouble(bar.getAttribute("width"));
    }
}
