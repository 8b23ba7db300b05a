package io.finwait.examples.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.picture.HtmlPage;
import io.finwait.picture.Ladder;
import io.finwait.trace.End;
import io.finwait.trace.SegmentFields;
import io.finwait.trace.SegmentLabel;
import io.finwait.wire.TcpHeader;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.Dimension;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.interactions.Actions;
import org.openqa.selenium.print.PrintOptions;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;

/** The page of HTML as a browser shows it. */
@Tag("ci")
@Timeout(120)
class PageInBrowserTest {

    private static final int MANY = 20_000;
    private static final String PACKETS = "document.querySelectorAll('[data-packet]').length";

    @TempDir private static Path folder;

    private static Chromium browser;
    private static Path close;
    private static Path capture;

    @BeforeAll
    static void begin() throws IOException {
        browser = new Chromium();
        close = folder.resolve("close.html");
        assertThat(CommandRun.of("close", "--html", close.toString()).code()).isZero();
        Path pcap = folder.resolve("reset.pcapng");
        capture = folder.resolve("reset.html");
        assertThat(CommandRun.of("reset-by-peer", "--pcap", pcap.toString()).code()).isZero();
        assertThat(CommandRun.of("explain", pcap.toString(), "--html", capture.toString()).code())
                .isZero();
    }

    @AfterAll
    static void end() throws IOException {
        if (browser != null) {
            browser.close();
        }
    }

    /** No page asks the network for anything, breaks its own policy or throws. */
    @AfterEach
    void nothingWasLoadedAndNothingFailed() {
        assertThat(browser.complaints()).isEmpty();
        assertThat(browser.count("performance.getEntriesByType('resource').length")).isZero();
    }

    private static void press(CharSequence... keys) {
        browser.element("#scroller").sendKeys(keys);
    }

    private static String states() {
        return browser.text("#moment tbody tr");
    }

    @Test
    void aStoryIsDrawnWithItsStatesAndCalls() throws IOException {
        browser.open(close);

        assertThat(browser.text("h1")).isEqualTo("Four-way close");
        assertThat(browser.elements("[data-packet]")).hasSizeBetween(5, 7);
        assertThat(browser.text("#scroller"))
                .contains("FIN_WAIT_1", "CLOSE_WAIT", "close()", "1 s pass", "FIN, ACK");
        browser.picture("story");
    }

    @Test
    void theKeyboardGoesFromSegmentToSegment() {
        browser.open(close);
        press(Keys.HOME);
        assertThat(browser.text("#segment")).contains("SYN").contains("arrived after 10 ms");
        press(Keys.ARROW_DOWN, Keys.ARROW_DOWN, Keys.ARROW_DOWN);

        assertThat(browser.text("#segment")).contains("FIN, ACK").contains("SEQ 1");
        assertThat(states()).contains("FIN_WAIT_1").contains("CLOSE_WAIT");
        WebElement active =
                browser.element(
                        "#"
                                + browser.element("#scroller")
                                        .getDomAttribute("aria-activedescendant"));
        assertThat(active.getDomAttribute("aria-selected")).isEqualTo("true");
        assertThat(active.getAccessibleName())
                .contains("client to server, FIN, ACK")
                .contains("then client FIN_WAIT_1, server CLOSE_WAIT");
        assertThat(browser.run("return document.getElementById('announcer').textContent"))
                .asString()
                .contains("FIN, ACK");
    }

    @Test
    void thePointerTellsTheMoment() {
        browser.open(close);
        WebElement fin = browser.elements("[data-packet]").get(3);
        new Actions(browser.driver()).moveToElement(fin).perform();
        browser.run("return 0");

        assertThat(states()).contains("FIN_WAIT_1");
        new Actions(browser.driver()).click().perform();
        assertThat(browser.text("#segment")).contains("FIN, ACK");
    }

    /** The last ACK is lost: the FIN goes again, and TIME_WAIT begins anew. */
    @Test
    void theTimersThatRunAtTheMomentAreToldWithTheirAge() throws IOException {
        Path page = folder.resolve("lost.html");
        assertThat(CommandRun.of("lost-last-ack", "--html", page.toString()).code()).isZero();
        browser.open(page);
        press(Keys.HOME);
        // The SYN has arrived; its ACK is still to come.
        assertThat(timers()).contains("retransmission, 10 ms");
        WebElement again =
                browser.elements("[data-packet]").stream()
                        .filter(each -> each.getAccessibleName().contains("client, FIN, ACK"))
                        .skip(1)
                        .findFirst()
                        .orElseThrow();
        new Actions(browser.driver()).moveToElement(again).click().perform();
        browser.run("return 0");

        assertThat(browser.text("#segment")).contains("again");
        assertThat(timers()).endsWith("2MSL, 0 retransmission, 10 ms, again × 1");
        press(Keys.ARROW_DOWN);
        assertThat(timers()).endsWith("–").doesNotContain("retransmission");
        assertThat(browser.text("#moment")).containsPattern("In this state [\\d.]+ m?s");
    }

    /** An answered keep-alive probe, then a closed window with text that waits. */
    @Test
    void whoIsIdleOrShutOutIsToldToo() throws IOException {
        Path script = folder.resolve("idle.pkt");
        Files.writeString(
                script,
                """
                0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
                +0 bind(3, ..., ...) = 0
                +0 listen(3, 1) = 0
                +0 < S 0:0(0) win 65535 <mss 1000>
                +0 > S. 0:0(0) ack 1 <mss 1460>
                +.01 < . 1:1(0) ack 1 win 65535
                +0 accept(3, ..., ...) = 4
                +0 setsockopt(4, SOL_SOCKET, SO_KEEPALIVE, [1], 4) = 0
                +0 setsockopt(4, SOL_TCP, TCP_KEEPIDLE, [10], 4) = 0

                +10 > . 0:0(0) ack 1
                +.01 < . 1:1(0) ack 1 win 65535
                +.1 < . 1:1(0) ack 1 win 0
                +0 write(4, ..., 1000) = 1000
                +1 > . 1:2(1) ack 1
                """);
        Path page = folder.resolve("idle.html");
        CommandRun run = CommandRun.of("script", script.toString(), "--html", page.toString());
        assertThat(run.code()).as(run.toString()).isZero();
        browser.open(page);
        press(Keys.END);
        assertThat(timers()).contains("window probe, closed for 1");
        press(Keys.ARROW_UP, Keys.ARROW_UP, Keys.ARROW_UP);
        assertThat(timers()).contains("keep-alive, idle for 10");
    }

    private static String timers() {
        return browser.elements("#moment tbody tr").stream()
                .map(WebElement::getText)
                .filter(row -> row.startsWith("Timer"))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void theSliderPlaysIt() {
        browser.open(close);
        WebElement slider = browser.element("#slider");
        slider.sendKeys(Keys.HOME);
        assertThat(states()).contains("CLOSED");
        assertThat(browser.element(".future").isDisplayed()).isTrue();
        slider.sendKeys(Keys.ARROW_RIGHT, Keys.ARROW_RIGHT, Keys.ARROW_RIGHT, Keys.ARROW_RIGHT);
        assertThat(states()).contains("SYN_SENT");
        browser.run("document.getElementById('speed').value = '4'; return 0");
        browser.element("#play").click();
        long begun = browser.count("Number(document.getElementById('slider').value)");
        browser.driver()
                .executeAsyncScript("const done = arguments[0]; setTimeout(() => done(), 900);");
        assertThat(browser.count("Number(document.getElementById('slider').value)"))
                .isGreaterThan(begun);
        browser.element("#play").click();
        press(Keys.ESCAPE);
        browser.run("return 0");
        assertThat(browser.element(".future").isDisplayed()).isFalse();
    }

    @Test
    void timeCanBeToScale() throws IOException {
        browser.open(close);
        press("t");
        assertThat(browser.element("#scale").getDomAttribute("aria-pressed")).isEqualTo("true");
        long tall = browser.count("document.querySelector('.sheet').offsetHeight");
        assertThat(tall).as("62 s at 10 ms for 28 pixels").isGreaterThan(100_000);
        browser.element("#zoom-out").click();
        assertThat(browser.count("document.querySelector('.sheet').offsetHeight"))
                .isLessThan(tall * 3 / 4);
        browser.picture("to-scale");
    }

    @Test
    void aCaptureHasItsConnectionsAndTheirStories() throws IOException {
        browser.open(capture);
        assertThat(browser.text("#words")).contains("text came after the application had closed");
        browser.element("#words .link").click();
        assertThat(browser.text("#segment")).contains("#").contains("SEQ");
        browser.picture("capture");
    }

    @Test
    void connectionsAreChosenAndFiltered() {
        HtmlPage page = new HtmlPage("Several");
        for (int i = 0; i < 3; i++) {
            page.add(
                    transfer(5).title("connection " + i),
                    List.of(new HtmlPage.Words("verdict", i == 1 ? "reset" : "in order")));
        }
        browser.open(written("several", page));
        assertThat(browser.elements(".connection")).hasSize(3);
        browser.elements(".connection").get(2).click();
        assertThat(browser.element(".connection[aria-selected=true]").getText())
                .contains("connection 2");
        press("[");
        assertThat(browser.text("#words")).contains("reset");
        browser.element("#filter").sendKeys("RESET");
        assertThat(browser.elements(".connection")).hasSize(1);
    }

    @Test
    void thousandsOfSegmentsScroll() throws IOException {
        browser.open(written("long", new HtmlPage("Long").add(transfer(MANY))));
        assertThat(browser.count(PACKETS)).isBetween(10L, 200L);
        browser.run("document.getElementById('scroller').scrollTop = 1e9; return 0");
        assertThat(browser.count(PACKETS)).isBetween(10L, 200L);
        assertThat(browser.elements("#packet-" + (MANY - 1))).hasSize(1);
        press(Keys.HOME);
        browser.run("return 0");
        assertThat(browser.elements("#packet-0")).hasSize(1);
        browser.picture("long");
    }

    @Test
    void everythingIsPrinted() {
        browser.open(written("print", new HtmlPage("Print").add(transfer(300))));
        browser.run("window.dispatchEvent(new Event('beforeprint')); return 0");
        assertThat(browser.driver().executeScript("return " + PACKETS)).isEqualTo(300L);
        byte[] pdf =
                Base64.getDecoder().decode(browser.driver().print(new PrintOptions()).getContent());
        assertThat(new String(pdf, StandardCharsets.ISO_8859_1))
                .startsWith("%PDF")
                .containsPattern("/Count ([5-9]|[1-9]\\d)");
    }

    @Test
    void lightAndDark() throws IOException {
        browser.open(close);
        String background = "return getComputedStyle(document.body).backgroundColor";
        browser.element("#theme").click();
        Object light = browser.run(background);
        browser.element("#theme").click();
        Object dark = browser.run(background);

        assertThat(light).isEqualTo("rgb(255, 255, 255)");
        assertThat(dark).isEqualTo("rgb(13, 17, 23)");
        browser.picture("dark");
    }

    @Test
    void whatCanBePressedHasAName() {
        browser.open(capture);
        for (WebElement each : browser.elements("button, input, select, [tabindex]")) {
            if (!each.isDisplayed()) {
                continue;
            }
            assertThat(each.getAccessibleName()).as(each.getDomProperty("outerHTML")).isNotBlank();
        }
        assertThat(browser.elements("canvas"))
                .isNotEmpty()
                .allSatisfy(each -> assertThat(each.getAccessibleName()).contains("over time"));
    }

    @Test
    void aNarrowWindowStacksTheParts() throws IOException {
        Dimension usual = browser.driver().manage().window().getSize();
        try {
            browser.driver().manage().window().setSize(new Dimension(600, 900));
            browser.open(close);
            assertThat(browser.count("document.documentElement.scrollWidth")).isLessThan(620);
            browser.picture("narrow");
        } finally {
            browser.driver().manage().window().setSize(usual);
        }
    }

    @Test
    void hostileTextStaysText() {
        String evil = "</script><script>window.taken = 1</script><img src=x onerror=taken=1>";
        Ladder ladder = new Ladder(evil, "b").title(evil);
        ladder.state(0, End.A, evil);
        ladder.note(1, End.B, evil);
        ladder.block(2, evil, List.of(evil));
        ladder.sent(3, End.A, SegmentLabel.other(evil)).arrives(4);
        browser.open(
                written(
                        "evil",
                        new HtmlPage(evil).add(ladder, List.of(new HtmlPage.Words(evil, evil)))));
        press(Keys.HOME);

        assertThat(browser.run("return window.taken === undefined")).isEqualTo(true);
        assertThat(browser.text("h1")).isEqualTo(evil);
        assertThat(browser.elements("img")).isEmpty();
        assertThat(browser.text("#words")).contains(evil);
    }

    private static Path written(String name, HtmlPage page) {
        try {
            return Files.writeString(folder.resolve(name + ".html"), page.render());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A transfer without end: every tenth segment is sent again. */
    private static Ladder transfer(int packets) {
        Ladder ladder = new Ladder("10.0.0.1:50000", "10.0.0.2:80");
        ladder.state(0, End.A, "ESTABLISHED");
        ladder.state(0, End.B, "ESTABLISHED");
        long seq = 1;
        for (int i = 0; i < packets; i++) {
            boolean answers = i % 3 == 2;
            int text = answers ? 0 : 1000;
            long from = i % 10 == 9 ? Math.max(1, seq - 1000) : seq;
            SegmentLabel label =
                    SegmentLabel.of(TcpHeader.ACK, answers ? 1 : from, answers ? seq : 1, text);
            SegmentFields fields =
                    new SegmentFields(
                            i + 1,
                            TcpHeader.ACK,
                            answers ? 1 : from,
                            answers ? seq : 1,
                            text,
                            65_535,
                            64,
                            50_000,
                            80,
                            List.of());
            ladder.sent(i * 1_000_000L, answers ? End.B : End.A, label, fields)
                    .arrives(i * 1_000_000L + 400_000);
            seq += answers || from != seq ? 0 : 1000;
        }
        return ladder;
    }
}
