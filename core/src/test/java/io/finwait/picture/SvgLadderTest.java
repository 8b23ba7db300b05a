package io.finwait.picture;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.trace.End;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

@Tag("ci")
class SvgLadderTest {

    private static final Pattern TURN =
            Pattern.compile("translate\\(([-0-9.]+) ([-0-9.]+)\\) rotate\\(([-0-9.]+)\\)");

    static Stream<Ladder> stories() {
        return Stories.all().values().stream();
    }

    @ParameterizedTest
    @MethodSource("stories")
    void isWellFormedAndTheSameEveryTime(Ladder ladder) throws Exception {
        for (SvgTheme theme : SvgTheme.values()) {
            String svg = new SvgLadder(theme).render(ladder);
            assertThat(SvgDocument.parse(svg).getDocumentElement().getTagName()).isEqualTo("svg");
            assertThat(new SvgLadder(theme).render(ladder)).isEqualTo(svg);
        }
    }

    /** Measured on the finished picture, not with the placer's own ruler. */
    @ParameterizedTest
    @MethodSource("stories")
    void noTextTouchesAnother(Ladder ladder) throws Exception {
        assertThat(new LadderScene(ladder, 80).touching()).isZero();
        List<Written> texts = new ArrayList<>();
        Document document = SvgDocument.parse(new SvgLadder().render(ladder));
        for (Element each : SvgDocument.elements(document, "text")) {
            texts.add(Written.of(each));
        }
        for (int i = 0; i < texts.size(); i++) {
            for (int j = i + 1; j < texts.size(); j++) {
                assertThat(texts.get(i).touches(texts.get(j)))
                        .as("'%s' and '%s'", texts.get(i).text(), texts.get(j).text())
                        .isFalse();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("stories")
    void everythingLiesWithinThePicture(Ladder ladder) throws Exception {
        Document document = SvgDocument.parse(new SvgLadder().render(ladder));
        double width = Double.parseDouble(document.getDocumentElement().getAttribute("width"));
        double height = Double.parseDouble(document.getDocumentElement().getAttribute("height"));
        for (Element each : SvgDocument.elements(document, "text")) {
            for (double[] point : Written.of(each).points()) {
                assertThat(point[0]).as(each.getTextContent()).isBetween(0.0, width);
                assertThat(point[1]).as(each.getTextContent()).isBetween(0.0, height);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("stories")
    void arrowsRunDownwardsAndStatesHaveBars(Ladder ladder) throws Exception {
        Document document = SvgDocument.parse(new SvgLadder().render(ladder));
        for (Element each : SvgDocument.elements(document, "line")) {
            if (each.getAttribute("class").startsWith("arrow ") && !isLegend(each)) {
                assertThat(number(each, "y2")).isGreaterThan(number(each, "y1"));
            }
        }
        for (LadderEvent event : ladder.events()) {
            if (event instanceof LadderEvent.StateChange change) {
                assertThat(classes(document, "rect")).contains("bar " + change.state());
            }
        }
    }

    @Test
    void aLostSegmentEndsInACrossAndADelayedOneIsDashed() throws Exception {
        Document lost = SvgDocument.parse(new SvgLadder().render(Stories.lostLastAck()));
        Document held = SvgDocument.parse(new SvgLadder().render(Stories.heldSegment()));
        // One on the ladder, one in the legend.
        assertThat(classes(lost, "path")).filteredOn("cross"::equals).hasSize(2);
        assertThat(classes(lost, "line")).noneMatch(each -> each.endsWith("dashed"));
        assertThat(classes(held, "path")).doesNotContain("cross");
        assertThat(classes(held, "line")).filteredOn(each -> each.endsWith("dashed")).hasSize(2);
        assertThat(SvgDocument.texts(held)).contains("seq 301  sent 30 s ago");
    }

    @Test
    void aPauseIsABandOfOneHeightHoweverLong() throws Exception {
        Document document = SvgDocument.parse(new SvgLadder().render(Stories.fourWayClose()));
        assertThat(SvgDocument.texts(document)).contains("2 s pass", "30 s pass", "60 s pass");
        List<String> heights =
                SvgDocument.elements(document, "rect").stream()
                        .filter(each -> each.getAttribute("class").equals("band"))
                        .map(each -> each.getAttribute("height"))
                        .toList();
        assertThat(heights).hasSize(3).containsOnly(heights.get(0));
    }

    @Test
    void onlyTheAutomaticThemeFollowsTheReader() {
        Map<SvgTheme, String> svg =
                Map.of(
                        SvgTheme.AUTO,
                        new SvgLadder().render(Stories.reset()),
                        SvgTheme.LIGHT,
                        new SvgLadder(SvgTheme.LIGHT).render(Stories.reset()),
                        SvgTheme.DARK,
                        new SvgLadder(SvgTheme.DARK).render(Stories.reset()));
        assertThat(svg.get(SvgTheme.AUTO))
                .containsSubsequence(
                        ".background{fill:#ffffff}",
                        "@media (prefers-color-scheme: dark){",
                        ".background{fill:#0d1117}");
        assertThat(svg.get(SvgTheme.LIGHT)).doesNotContain("@media").doesNotContain("#0d1117");
        assertThat(svg.get(SvgTheme.DARK)).doesNotContain("@media").doesNotContain("#ffffff");
    }

    @Test
    void namesAndNotesAreEscaped() throws Exception {
        Ladder ladder = new Ladder("a < b", "\"b\" & c").title("<script>");
        ladder.note(0, End.A, "bell \u0007 & <tags>");
        ladder.state(0, End.B, "NO \"STATE\"");
        Document document = SvgDocument.parse(new SvgLadder().render(ladder));
        assertThat(SvgDocument.texts(document))
                .contains("a < b", "\"b\" & c", "<script>", "bell ? & <tags>", "NO \"STATE\"");
    }

    @Test
    void anEmptyLadderIsAPicture() throws Exception {
        assertThat(SvgDocument.parse(new SvgLadder().render(new Ladder("a", "b")))).isNotNull();
    }

    private static List<String> classes(Document document, String element) {
        return SvgDocument.elements(document, element).stream()
                .map(each -> each.getAttribute("class"))
                .toList();
    }

    private static double number(Element element, String attribute) {
        return Double.parseDouble(element.getAttribute(attribute));
    }

    private static boolean isLegend(Element line) {
        return number(line, "y1") == number(line, "y2");
    }

    /** A text as points through the middle of its letters, at their least likely width. */
    private record Written(String text, List<double[]> points) {

        static Written of(Element element) {
            String text = element.getTextContent();
            String css = " " + element.getAttribute("class") + " ";
            double character = css.contains(" label ") ? 7.8 : css.contains(" mono ") ? 6.6 : 6.2;
            double width = text.length() * character;
            boolean centred = css.matches(".* (title|name|pause|pill|label) .*");
            boolean right = css.matches(".* (time|left) .*");
            double start = centred ? -width / 2 : right ? -width : 0;
            double x = number(element, "x");
            double y = number(element, "y");
            double angle = 0;
            Matcher turn = TURN.matcher(element.getAttribute("transform"));
            if (turn.matches()) {
                x += Double.parseDouble(turn.group(1));
                y += Double.parseDouble(turn.group(2));
                angle = Math.toRadians(Double.parseDouble(turn.group(3)));
            }
            List<double[]> points = new ArrayList<>();
            for (double along = start; along <= start + width; along += 3) {
                points.add(
                        new double[] {
                            x + along * Math.cos(angle), y - 4 + along * Math.sin(angle)
                        });
            }
            return new Written(text, points);
        }

        boolean touches(Written other) {
            for (double[] a : points) {
                for (double[] b : other.points) {
                    if (Math.hypot(a[0] - b[0], a[1] - b[1]) < 10) {
                        return true;
                    }
                }
            }
            return false;
        }
    }
}
