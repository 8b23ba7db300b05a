package io.finwait.sim.tcp.matrix;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.sim.Requirement;
import io.finwait.tcp.Connection;
import io.finwait.tcp.Counters.Counter;
import io.finwait.tcp.Limits;
import io.finwait.tcp.State;
import io.finwait.tcp.SynCookies;
import io.finwait.wire.TcpHeader;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.ByteBuffer;
import java.util.List;

/** SYN cookies, segment by segment, of a peer that offers no option but MSS. */
class SynCookieTest {

    private final Bench bench = bench(SynCookies.ALWAYS);

    private static Bench bench(SynCookies when) {
        Bench made = new Bench(c -> c.limits(Limits.DEFAULT.withSynCookies(when)));
        made.listener = made.endpoint.listen(Bench.LOCAL_PORT, 2);
        return made;
    }

    private Numbers cookie(int port) {
        bench.from(port).inject("S rn");
        List<Sent> answer = bench.takeSent();
        assertThat(answer).hasSize(1);
        assertThat(answer.get(0).flags()).isEqualTo(TcpHeader.SYN | TcpHeader.ACK);
        return bench.numbers();
    }

    private long count(Counter counter) {
        return bench.endpoint.counters().get(counter);
    }

    private void assertReset() {
        assertThat(bench.takeSent()).singleElement().matches(each -> each.has(TcpHeader.RST));
        assertThat(bench.endpoint.connectionCount()).isZero();
    }

    @Test
    @Requirement("F18")
    void nothingIsKeptUntilTheCookieComesBack() {
        Numbers numbers = cookie(5000);
        assertThat(bench.endpoint.connectionCount()).isZero();
        assertThat(bench.listener.synQueueLength()).isZero();
        bench.pass(60 * Bench.SECOND);
        assertThat(bench.takeSent()).as("nothing is sent again").isEmpty();
        bench.inject(". rn ack nxt", numbers);
        assertThat(bench.takeSent()).as("answers to the ACK").isEmpty();
        Connection connection = bench.listener.accept();
        assertThat(connection.state()).isEqualTo(State.ESTABLISHED);
        assertThat(connection.tcpInfo().sending().segmentOctets()).isEqualTo(536);
        assertThat(count(Counter.SYN_COOKIES_SENT)).isEqualTo(1);
        assertThat(count(Counter.SYN_COOKIES_RECEIVED)).isEqualTo(1);
        assertThat(count(Counter.PASSIVE_OPENS)).isEqualTo(1);
    }

    /** It lies on the first segment with text when the ACK before it was lost. */
    @Test
    void textAndFinMayBringTheCookieBack() throws Exception {
        Numbers numbers = cookie(5000);
        bench.inject("F. rn(5) ack nxt", numbers);
        Connection connection = bench.listener.accept();
        ByteBuffer text = ByteBuffer.allocate(10);
        assertThat(connection.receive(text)).isEqualTo(5);
        assertThat(connection.receive(text)).as("end of stream").isEqualTo(-1);
        assertThat(connection.state()).isEqualTo(State.CLOSE_WAIT);
        assertThat(bench.takeSent())
                .singleElement()
                .matches(each -> each.ack() == numbers.rn() + 6);
    }

    @Test
    void theCookieOfAnotherPairOrNumberIsReset() {
        Numbers numbers = cookie(5000);
        bench.from(5001).inject(". rn ack nxt", numbers);
        assertReset();
        bench.from(5000).inject(". rn ack nxt+131072", numbers);
        assertReset();
        assertThat(count(Counter.SYN_COOKIES_FAILED)).isEqualTo(2);
        assertThat(count(Counter.SYN_COOKIES_RECEIVED)).isZero();
    }

    /** Its first text was lost: a reset would end a connection of which the peer is sure. */
    @Test
    @Requirement("F19")
    void aLaterSegmentWaitsForTheFirst() {
        Numbers numbers = cookie(5000);
        bench.inject(". rn+100(100) ack nxt", numbers);
        assertThat(bench.takeSent()).isEmpty();
        assertThat(count(Counter.DROPPED_SEGMENTS)).isEqualTo(1);
        assertThat(bench.endpoint.connectionCount()).isZero();
        bench.inject(". rn(100) ack nxt", numbers);
        assertThat(bench.listener.accept().state()).isEqualTo(State.ESTABLISHED);
    }

    @Test
    @Requirement("F18")
    void aCookieIsBelievedForTwoMinutesAtMost() {
        Numbers old = cookie(5000);
        bench.pass(59 * Bench.SECOND);
        Numbers younger = cookie(5001);
        bench.pass(Bench.SECOND);
        Numbers youngest = cookie(5002);
        bench.pass(59 * Bench.SECOND);
        bench.from(5001).inject(". rn ack nxt", younger);
        assertThat(bench.listener.accept().remotePort()).isEqualTo(5001);
        bench.pass(Bench.SECOND);
        bench.from(5000).inject(". rn ack nxt", old);
        assertThat(bench.takeSent()).singleElement().matches(each -> each.has(TcpHeader.RST));
        bench.pass(59 * Bench.SECOND);
        bench.from(5002).inject(". rn ack nxt", youngest);
        assertThat(bench.listener.accept().remotePort()).isEqualTo(5002);
        assertThat(count(Counter.SYN_COOKIES_FAILED)).isEqualTo(1);
    }

    /** An ACK that nobody asked for is then no failed cookie, and is reset as ever. */
    @Test
    void noCookieIsBelievedWhenNoneWasSentOfLate() {
        Numbers numbers = cookie(5000);
        bench.pass(120 * Bench.SECOND);
        bench.inject(". rn ack nxt", numbers);
        assertReset();
        assertThat(count(Counter.SYN_COOKIES_FAILED)).isZero();
    }

    @Test
    void aFullAcceptQueueDropsTheCookieAndTakesItLater() {
        Numbers first = cookie(5000);
        Numbers second = cookie(5001);
        Numbers third = cookie(5002);
        bench.from(5000).inject(". rn ack nxt", first);
        bench.from(5001).inject(". rn ack nxt", second);
        bench.from(5002).inject(". rn ack nxt", third);
        assertThat(bench.takeSent()).as("no reset").isEmpty();
        assertThat(bench.listener.acceptQueueLength()).isEqualTo(2);
        bench.from(5003).inject("S rn");
        assertThat(bench.takeSent()).as("and no answer to a SYN").isEmpty();
        bench.listener.accept();
        bench.from(5002).inject(". rn(5) ack nxt", third);
        assertThat(bench.listener.acceptQueueLength()).isEqualTo(2);
        assertThat(count(Counter.LISTEN_OVERFLOWS)).isEqualTo(2);
    }

    /** What waits for text does not wait a second time. */
    @Test
    void aDeferredListenerTakesTheCookie() {
        bench.listener.deferAccept(10 * Bench.SECOND);
        Numbers numbers = cookie(5000);
        bench.inject(". rn ack nxt", numbers);
        assertThat(bench.listener.accept().state()).isEqualTo(State.ESTABLISHED);
    }

    @Test
    void cookiesBeginWhenTheQueueIsFull() {
        Bench full = bench(SynCookies.WHEN_FULL);
        for (int port = 5000; port < 5005; port++) {
            full.from(port).inject("S rn");
        }
        assertThat(full.takeSent()).hasSize(5);
        assertThat(full.listener.synQueueLength()).isEqualTo(2);
        assertThat(full.endpoint.counters().get(Counter.SYN_COOKIES_SENT)).isEqualTo(3);
        assertThat(full.endpoint.counters().get(Counter.LISTEN_DROPS)).isZero();
    }

    /** The close of a connection that began so is like any other. */
    @Test
    void itClosesAsAnyOther() {
        Numbers numbers = cookie(Bench.PEER_PORT);
        bench.inject(". rn ack nxt", numbers);
        bench.accept();
        bench.handle.close();
        bench.work();
        assertThat(bench.takeSent()).singleElement().matches(each -> each.has(TcpHeader.FIN));
        assertThat(bench.state()).isEqualTo(State.FIN_WAIT_1);
        bench.inject("F. rn ack nxt");
        assertThat(bench.state()).isEqualTo(State.TIME_WAIT);
        assertThat(bench.handle.closeReason().message())
                .isEqualTo("Closed in order, by this end first");
    }

    /** Two places for handshakes, both taken, and the cookie that the next peer gets. */
    private static Numbers cookieOfAFullQueue(Bench full) {
        full.from(5000).inject("S rn");
        full.from(5001).inject("S rn");
        full.from(5002).inject("S rn");
        assertThat(full.listener.synQueueLength()).isEqualTo(2);
        assertThat(full.endpoint.counters().get(Counter.SYN_COOKIES_SENT)).isEqualTo(1);
        Numbers cookie = full.numbers();
        full.from(5000).inject("R rn+1");
        assertThat(full.listener.synQueueLength()).as("a place is free").isEqualTo(1);
        return cookie;
    }

    /** The link has doubled the SYN, or the peer's timer was faster than the first answer. */
    @ParameterizedTest
    @ValueSource(strings = {". rn ack nxt", ". rn(5) ack nxt", "F. rn ack nxt"})
    @Requirement("F24")
    void aSynThatWasAnsweredTwiceMayTakeEitherAnswer(String segment) {
        Bench full = bench(SynCookies.WHEN_FULL);
        Numbers cookie = cookieOfAFullQueue(full);
        full.from(5002).inject("S rn");
        assertThat(full.listener.synQueueLength()).as("the same SYN is kept now").isEqualTo(2);
        full.takeSent();
        full.inject(segment, cookie);
        assertThat(full.takeSent()).noneMatch(each -> each.has(TcpHeader.RST));
        assertThat(full.listener.accept().remotePort()).isEqualTo(5002);
        assertThat(full.listener.synQueueLength()).isEqualTo(1);
        assertThat(full.endpoint.connectionCount()).isEqualTo(2);
    }

    @Test
    @Requirement("F24")
    void aLaterSegmentOfACookieIsNoReasonToResetTheSecondAnswer() {
        Bench full = bench(SynCookies.WHEN_FULL);
        Numbers cookie = cookieOfAFullQueue(full);
        full.from(5002).inject("S rn");
        full.takeSent();
        full.inject(". rn+100(100) ack nxt", cookie);
        assertThat(full.takeSent()).isEmpty();
        full.inject(". rn(100) ack nxt", cookie);
        assertThat(full.listener.accept().remotePort()).isEqualTo(5002);
    }

    /** A stranger who knows both ports has sent a SYN in the name of a peer that has a cookie. */
    @Test
    @Requirement("F24")
    void aStrangersSynDoesNotShutOutThePeerOfACookie() {
        Bench full = bench(SynCookies.WHEN_FULL);
        Numbers cookie = cookieOfAFullQueue(full);
        full.from(5002).inject("S rn+5000");
        full.inject(". rn ack nxt", cookie);
        assertThat(full.listener.accept()).as("it may be an old duplicate").isNull();
        full.pass(Bench.SECOND);
        full.takeSent();
        full.inject(". rn ack nxt", cookie);
        assertThat(full.listener.accept().remotePort()).isEqualTo(5002);
        assertThat(full.takeSent()).noneMatch(each -> each.has(TcpHeader.RST));
    }

    /** Only an ACK of our answer brings a cookie back: neither a SYN,ACK nor a RST is one. */
    @ParameterizedTest
    @ValueSource(strings = {"S. rn ack nxt", "R. rn ack nxt", "S. rn-1 ack nxt"})
    void nothingElseWithItsNumberBringsACookieBack(String segment) {
        Bench full = bench(SynCookies.WHEN_FULL);
        Numbers cookie = cookieOfAFullQueue(full);
        full.from(5002).inject(segment, cookie);
        assertThat(full.endpoint.connectionCount()).as("of the port that listens").isEqualTo(1);
        full.from(5002).inject("S rn");
        full.takeSent();
        full.inject(segment, cookie);
        assertThat(full.listener.acceptQueueLength()).isZero();
        assertThat(full.endpoint.counters().get(Counter.SYN_COOKIES_RECEIVED)).isZero();
        assertThat(full.endpoint.counters().get(Counter.SYN_COOKIES_FAILED)).isZero();
    }

    /** A duplicate that the network has held back must not begin the connection again. */
    @Test
    @Requirement("F25")
    void aCookieIsBelievedOnce() {
        Numbers numbers = cookie(5000);
        bench.inject(". rn(5) ack nxt", numbers);
        assertThat(bench.listener.accept().state()).isEqualTo(State.ESTABLISHED);
        bench.inject("R rn");
        assertThat(bench.endpoint.connectionCount()).isZero();
        bench.takeSent();
        bench.inject(". rn(5) ack nxt", numbers);
        assertReset();
    }

    /** The SYN comes again when the secret has changed: both answers are good. */
    @Test
    void theAnswersOfTwoMinutesAreBothGood() {
        cookie(5003);
        bench.pass(59 * Bench.SECOND);
        Numbers first = cookie(5000);
        Numbers firstOfOther = cookie(5001);
        bench.pass(2 * Bench.SECOND);
        Numbers second = cookie(5000);
        assertThat(second.iss()).isNotEqualTo(first.iss());
        cookie(5001);
        bench.from(5000).inject(". rn ack nxt", second);
        assertThat(bench.listener.accept().remotePort()).isEqualTo(5000);
        bench.from(5001).inject(". rn ack nxt", firstOfOther);
        assertThat(bench.listener.accept().remotePort()).isEqualTo(5001);
        assertThat(bench.takeSent()).isEmpty();
    }

    private static void timeWait(Bench full, int port) {
        full.from(port).inject("S rn");
        full.inject(". rn ack nxt");
        full.accept();
        full.handle.close();
        full.work();
        full.inject("F. rn ack nxt");
    }

    /** Whose SYN,ACK is on its way must not be given up for somebody else's SYN. */
    @Test
    @Requirement("F24")
    void aReopeningTakesNoHandshakesPlace() {
        Bench full = bench(SynCookies.WHEN_FULL);
        for (int port = 4000; port < 4003; port++) {
            timeWait(full, port);
        }
        full.from(5000).inject("S rn");
        Numbers honest = full.numbers();
        full.from(5001).inject("S rn");
        for (int port = 4000; port < 4003; port++) {
            full.from(port).inject("S rn+5000");
        }
        assertThat(full.listener.synQueueLength()).as("two backlogs of two").isEqualTo(4);
        full.takeSent();
        full.from(5000).inject(". rn ack nxt", honest);
        assertThat(full.takeSent()).isEmpty();
        assertThat(full.listener.accept().remotePort()).isEqualTo(5000);
        full.from(4002).inject("S rn+5000");
        assertThat(full.takeSent()).singleElement().matches(each -> each.has(TcpHeader.SYN));
    }
}
