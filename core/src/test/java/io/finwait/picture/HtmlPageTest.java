package io.finwait.picture;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.trace.End;
import io.finwait.trace.SegmentFields;
import io.finwait.trace.SegmentLabel;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The page of HTML as text; how a browser shows it is tested with the command. */
class HtmlPageTest {

    private static final Pattern DATA =
            Pattern.compile("<script type=\"application/json\" id=\"data\">(.*?)</script>");

    private static String data(String page) {
        Matcher data = DATA.matcher(page);
        assertThat(data.find()).isTrue();
        return data.group(1);
    }

    @Test
    void nothingInItPointsElsewhere() {
        String page = new HtmlPage("Close").add(Stories.fourWayClose()).render();

        String rest = page.replace("http://www.w3.org/2000/svg", "");
        for (String each : List.of("http:", "https:", "//cdn", "@import", "<img", "<link")) {
            assertThat(rest.contains(each)).as("the page has %s", each).isFalse();
        }
        for (String each : List.of("$TITLE", "$CSS", "$SCRIPT", "$DATA")) {
            assertThat(page.contains(each)).as("the page has %s", each).isFalse();
        }
        String head = page.substring(0, page.indexOf("<style>"));
        assertThat(head).startsWith("<!DOCTYPE html>").contains("default-src 'none'");
        assertThat(head).containsPattern("script-src 'sha256-[A-Za-z0-9+/]{43}='");
    }

    @Test
    void packetsHaveTheirFieldsAndFates() {
        Ladder ladder = new Ladder("a", "b");
        ladder.state(0, End.A, "ESTABLISHED");
        SegmentFields fields =
                new SegmentFields(
                        7, 0x10, 1, 2, 3, 4, 64, 80, 81, List.of(new SegmentFields.Sack(5, 6)));
        ladder.sent(10, End.B, SegmentLabel.of(0x10, 1, 2, 3), fields).arrives(15).arrives(16);
        ladder.sent(20, End.A, SegmentLabel.other("ICMP")).lost();

        assertThat(data(new HtmlPage("t").add(ladder).render()))
                .contains("[10,1,\"text\",\"ACK\",\"seq 1 ack 2  len 3\",0,[15,16],")
                .contains("[7,16,1,2,3,4,64,80,81,5,6]]")
                .contains("[20,0,\"other\",\"ICMP\",\"\",1,[],null]")
                .contains("[\"s\",0,0,\"ESTABLISHED\"],[\"l\",10,0],[\"a\",15,0,0],[\"a\",16,0,1]");
    }

    @Test
    void hostileTextCanNotLeaveItsPlace() {
        String evil = "</script><script>alert(1)</script>$DATA $SCRIPT \u2028 \" \\ <!-- \ud800";
        Ladder ladder = new Ladder(evil, "b").title(evil);
        ladder.note(0, evil);
        String page =
                new HtmlPage(evil).add(ladder, List.of(new HtmlPage.Words("cause", evil))).render();

        assertThat(page.contains("<script>alert")).isFalse();
        assertThat(data(page)).doesNotContain("<", ">", "\u2028").contains("\\u003c/script\\u003e");
        assertThat(page.split("</script>", -1)).hasSize(3);
    }
}
