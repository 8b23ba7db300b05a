package io.finwait.sim.tcp;

import static io.finwait.sim.tcp.TwoHosts.MS;
import static io.finwait.sim.tcp.TwoHosts.SECOND;
import static io.finwait.sim.tcp.TwoHosts.SERVER;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.sim.LinkModel;
import io.finwait.sim.Segments;
import io.finwait.tcp.Connection;
import io.finwait.tcp.State;
import io.finwait.trace.explain.Cause;
import io.finwait.trace.explain.ConnectionStory;
import io.finwait.trace.explain.Ending;
import io.finwait.trace.explain.Reason;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.nio.ByteBuffer;

/** What a capture tells of endings that are known, taken at either end and on the way. */
class ExplainedCaptureTest {

    private static final int CLIENT_SIDE = 0;
    private static final int SERVER_SIDE = 1;

    private final TwoHosts hosts =
            new TwoHosts(
                    3, LinkModel.perfect().delay(10 * MS), builder -> builder, builder -> builder);
    private Vantage vantage;
    private Connection client;
    private Connection server;

    private void open(Vantage.Place place) {
        vantage = new Vantage(place);
        hosts.net.observe(vantage);
        client = hosts.connect();
        hosts.run(100 * MS);
        server = hosts.listener.accept();
    }

    private static ByteBuffer text(int octets) {
        return ByteBuffer.allocate(octets);
    }

    private void send(Connection from, int octets) throws IOException {
        from.send(text(octets));
        hosts.run(100 * MS);
    }

    private void read(Connection at) throws IOException {
        at.receive(ByteBuffer.allocate(100_000));
        hosts.run(100 * MS);
    }

    private ConnectionStory story() {
        var explained = vantage.explained();
        assertThat(explained.broken()).isNull();
        assertThat(explained.connections()).isEqualTo(1);
        return explained.story(0);
    }

    private ConnectionStory ended(Ending ending, int closedFirst) {
        ConnectionStory story = story();
        assertThat(story.ending()).as(story.verdict()).isEqualTo(ending);
        assertThat(story.closedFirst()).isEqualTo(closedFirst);
        return story;
    }

    private void reset(int by, Cause cause) {
        ConnectionStory story = ended(Ending.RESET, by);
        assertThat(story.reasons())
                .as(story.verdict())
                .first()
                .extracting(Reason::cause)
                .isEqualTo(cause);
        assertThat(story.reasons().get(0).packets()).isNotEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void closedInOrder(Vantage.Place place) throws IOException {
        open(place);
        send(client, 1_000);
        read(server);
        send(server, 5_000);
        read(client);
        client.close();
        hosts.run(SECOND);
        server.close();
        hosts.run(SECOND);

        ConnectionStory story = ended(Ending.ORDERLY, CLIENT_SIDE);
        assertThat(story.opener().textOctets()).isEqualTo(1_000);
        assertThat(story.other().textOctets()).isEqualTo(5_000);
        assertThat(story.opener().state()).isEqualTo(State.TIME_WAIT);
        assertThat(story.other().state()).isEqualTo(State.CLOSED);
        assertThat(story.connState()).isEqualTo("SF");
        assertThat(story.timeWait()).startsWith("the opener holds TIME_WAIT");
        assertThat(story.opener().againSegments()).isZero();
        assertThat(story.other().againSegments()).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void closedInOrderByTheServerFirst(Vantage.Place place) {
        open(place);
        server.close();
        hosts.run(SECOND);
        client.close();
        hosts.run(SECOND);

        ConnectionStory story = ended(Ending.ORDERLY, SERVER_SIDE);
        assertThat(story.opener().state()).isEqualTo(State.CLOSED);
        assertThat(story.other().state()).isEqualTo(State.TIME_WAIT);
    }

    @ParameterizedTest
    @EnumSource
    void closedAtTheSameTime(Vantage.Place place) {
        open(place);
        client.close();
        server.close();
        hosts.run(SECOND);

        ConnectionStory story = story();
        assertThat(story.ending()).isEqualTo(Ending.SIMULTANEOUS);
        assertThat(story.opener().state()).isEqualTo(State.TIME_WAIT);
        assertThat(story.other().state()).isEqualTo(State.TIME_WAIT);
    }

    @ParameterizedTest
    @EnumSource
    void halfClosedAtTheEnd(Vantage.Place place) throws IOException {
        open(place);
        client.shutdownOutput();
        hosts.run(SECOND);
        send(server, 500);

        ConnectionStory story = ended(Ending.HALF_CLOSED, CLIENT_SIDE);
        assertThat(story.opener().state()).isEqualTo(State.FIN_WAIT_2);
        assertThat(story.other().state()).isEqualTo(State.CLOSE_WAIT);
        assertThat(story.connState()).isEqualTo("S2");
        assertThat(story.verdict()).contains("CLOSE_WAIT");
    }

    @ParameterizedTest
    @EnumSource
    void refused(Vantage.Place place) {
        vantage = new Vantage(place);
        hosts.net.observe(vantage);
        hosts.client.connect(SERVER, 81);
        hosts.run(SECOND);

        ConnectionStory story = story();
        assertThat(story.ending()).isEqualTo(Ending.REFUSED);
        assertThat(story.reasons().get(0).cause()).isEqualTo(Cause.REFUSED);
        assertThat(story.connState()).isEqualTo("REJ");
        assertThat(story.history()).isEqualTo("Sr");
    }

    @ParameterizedTest
    @EnumSource
    void stillOpen(Vantage.Place place) throws IOException {
        open(place);
        send(client, 100);

        assertThat(story().ending()).isEqualTo(Ending.OPEN);
        assertThat(story().connState()).isEqualTo("S1");
    }

    @ParameterizedTest
    @EnumSource
    void textAfterClose(Vantage.Place place) throws IOException {
        open(place);
        client.close();
        hosts.run(SECOND);
        send(server, 500);
        hosts.run(SECOND);

        ConnectionStory story = story();
        assertThat(story.ending()).isEqualTo(Ending.RESET);
        assertThat(story.closedFirst()).isEqualTo(CLIENT_SIDE);
        assertThat(story.reasons().get(0).cause()).isEqualTo(Cause.TEXT_AFTER_CLOSE);
        assertThat(story.other().unacknowledgedOctets()).isEqualTo(500);
    }

    @ParameterizedTest
    @EnumSource
    void closedWithTextUnread(Vantage.Place place) throws IOException {
        open(place);
        send(client, 100);
        read(server);
        send(server, 500);
        client.close();
        hosts.run(SECOND);

        reset(CLIENT_SIDE, Cause.UNREAD_TEXT);
    }

    /** The JDK's sockets shut down before they close; a busy machine may take its time between. */
    @ParameterizedTest
    @EnumSource
    void closedWithTextUnreadSomeTimeBehindTheFin(Vantage.Place place) throws IOException {
        open(place);
        send(client, 1_000);
        server.shutdownOutput();
        hosts.run(50 * MS);
        server.close();
        hosts.run(SECOND);

        reset(SERVER_SIDE, Cause.UNREAD_TEXT);
    }

    @ParameterizedTest
    @EnumSource
    void aResetThatHasOvertakenItsFinIsNoForgery(Vantage.Place place) {
        open(place);
        hosts.net.from("server").matching(Segments.fin()).first().delayBy(20 * MS);
        server.shutdownOutput();
        hosts.run(5 * MS);
        server.abort();
        hosts.run(SECOND);

        assertThat(ended(Ending.RESET, SERVER_SIDE).reasons())
                .extracting(Reason::cause)
                .contains(Cause.ABORT)
                .doesNotContain(Cause.INJECTED);
    }

    @ParameterizedTest
    @EnumSource
    void aborted(Vantage.Place place) throws IOException {
        open(place);
        send(server, 100);
        read(client);
        send(client, 100);
        client.abort();
        hosts.run(SECOND);

        reset(CLIENT_SIDE, Cause.ABORT);
    }

    @ParameterizedTest
    @EnumSource
    void forgotten(Vantage.Place place) throws IOException {
        open(place);
        send(client, 100);
        read(server);
        // The server goes away without a word: its reset is lost.
        hosts.net.links(LinkModel.perfect().loss(1));
        server.abort();
        hosts.run(60 * SECOND);
        hosts.net.links(LinkModel.perfect().delay(10 * MS));
        send(client, 100);
        hosts.run(SECOND);

        if (place == Vantage.Place.CLIENT) {
            reset(SERVER_SIDE, Cause.FORGOTTEN);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"CLIENT", "MIDDLE"})
    void givenUp(Vantage.Place place) throws IOException {
        open(place);
        hosts.net.links(LinkModel.perfect().loss(1));
        client.userTimeout(120 * SECOND);
        send(client, 5_000);
        hosts.run(600 * SECOND);

        ConnectionStory story = story();
        assertThat(story.ending()).as(story.verdict()).isIn(Ending.GAVE_UP, Ending.RESET);
        assertThat(story.reasons().get(0).cause()).isEqualTo(Cause.GAVE_UP);
    }

    @ParameterizedTest
    @EnumSource(names = {"CLIENT", "MIDDLE"})
    void neverAnswered(Vantage.Place place) {
        vantage = new Vantage(place);
        hosts.net.observe(vantage);
        hosts.net.links(LinkModel.perfect().loss(1));
        hosts.connect();
        hosts.run(30 * SECOND);

        assertThat(story().ending()).isEqualTo(Ending.UNANSWERED);
        assertThat(story().connState()).isEqualTo("S0");
    }
}
