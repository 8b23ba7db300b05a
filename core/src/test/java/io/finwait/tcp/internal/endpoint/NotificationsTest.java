package io.finwait.tcp.internal.endpoint;

import static io.finwait.tcp.internal.endpoint.Bench.ACK;
import static io.finwait.tcp.internal.endpoint.Bench.FIN;
import static io.finwait.tcp.internal.endpoint.Bench.RST;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.tcp.Connection;
import io.finwait.tcp.ConnectionObserver;
import io.finwait.tcp.Listener;
import io.finwait.tcp.internal.tcb.Events;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** What observers are told, in which order, and what not. */
class NotificationsTest {

    private static final int ALL = 0xFF;

    private final Bench bench = new Bench();
    private final Listener listener = bench.endpoint.listen(Bench.PORT, 16);
    private final Bench.Peer peer = bench.open(5_000, false);
    private final TcpConnection connection = (TcpConnection) listener.accept();
    private final List<String> told = new ArrayList<>();

    /** Notes each call, and does something at one of them. */
    private final class Noting implements ConnectionObserver {

        private final String when;
        private final Consumer<Connection> action;

        Noting(String when, Consumer<Connection> action) {
            this.when = when;
            this.action = action;
        }

        private void note(String what, Connection of) {
            told.add(what);
            if (what.equals(when)) {
                action.accept(of);
            }
        }

        @Override
        public void onEstablished(Connection of) {
            note("onEstablished", of);
        }

        @Override
        public void onReadable(Connection of) {
            note("onReadable", of);
        }

        @Override
        public void onWritable(Connection of) {
            note("onWritable", of);
        }

        @Override
        public void onPeerClosed(Connection of) {
            note("onPeerClosed", of);
        }

        @Override
        public void onCloseAcknowledged(Connection of) {
            note("onCloseAcknowledged", of);
        }

        @Override
        public void onLingerExpired(Connection of) {
            note("onLingerExpired", of);
        }

        @Override
        public void onSoftError(Connection of, String message) {
            note("onSoftError", of);
            assertThat(message).isEqualTo("No route to host");
        }

        @Override
        public void onEnded(Connection of) {
            note("onEnded", of);
        }
    }

    private void observe(String when, Consumer<Connection> action) {
        connection.observer(new Noting(when, action));
    }

    private void observe() {
        observe("", of -> {});
    }

    private void happens(int events) {
        connection.softError = "No route to host";
        connection.tell(events);
        bench.work();
    }

    @Test
    void whatCameTogetherIsToldInOneOrder() {
        observe();
        happens(ALL);
        assertThat(told)
                .containsExactly(
                        "onEstablished",
                        "onSoftError",
                        "onReadable",
                        "onWritable",
                        "onPeerClosed",
                        "onCloseAcknowledged",
                        "onLingerExpired",
                        "onEnded");
        told.clear();
        bench.work();
        assertThat(told).as("once").isEmpty();
    }

    @Test
    void eachEventIsToldAlone() {
        observe();
        for (int event = 1; event <= Events.ENDED; event <<= 1) {
            told.clear();
            happens(event);
            assertThat(told).hasSize(1);
        }
    }

    /** It has given the connection up: what comes of text is no longer its business. */
    @Test
    void whoClosesWhenItReadsIsToldOfNoMoreText() {
        observe("onReadable", Connection::close);
        happens(Events.READABLE | Events.WRITABLE | Events.PEER_CLOSED | Events.CLOSE_ACKNOWLEDGED);
        assertThat(told).containsExactly("onReadable", "onCloseAcknowledged");
    }

    @Test
    void whoHasClosedIsToldOfNoText() {
        observe();
        connection.close();
        happens(Events.READABLE | Events.WRITABLE | Events.PEER_CLOSED | Events.LINGER_EXPIRED);
        assertThat(told).containsExactly("onLingerExpired");
    }

    @Test
    void aGracefulCloseReadsForTheObserver() {
        observe();
        connection.closeGracefully(bench.now + Bench.SECOND);
        peer.text(100);
        bench.work();
        assertThat(told).isEmpty();
        peer.ack++;
        peer.segment(ACK | FIN, peer.seq, peer.ack, 0);
        bench.work();
        assertThat(told).containsExactly("onCloseAcknowledged", "onEnded");
    }

    @Test
    void whoReleasesItIsToldNothingMore() {
        observe(
                "onReadable",
                of -> {
                    of.abort();
                    of.release();
                });
        happens(Events.READABLE | Events.WRITABLE | Events.PEER_CLOSED);
        assertThat(told).containsExactly("onReadable");
    }

    /** An established one is told so first; whoever releases it then hears nothing of its text. */
    @Test
    void whoReleasesItBeforeItsTextIsToldNothingOfIt() {
        observe(
                "onSoftError",
                of -> {
                    of.abort();
                    of.release();
                });
        happens(Events.SOFT_ERROR | Events.READABLE);
        assertThat(told).containsExactly("onSoftError");
    }

    @Test
    void anotherObserverIsToldTheRest() {
        List<String> first = new ArrayList<>();
        connection.observer(
                new ConnectionObserver() {
                    @Override
                    public void onReadable(Connection of) {
                        first.add("onReadable");
                        observe();
                    }

                    @Override
                    public void onPeerClosed(Connection of) {
                        first.add("onPeerClosed");
                    }
                });
        happens(Events.READABLE | Events.PEER_CLOSED);
        assertThat(first).containsExactly("onReadable");
        assertThat(told).containsExactly("onPeerClosed");
    }

    /** What a callback causes is told behind what is being told, in the same cycle. */
    @Test
    void whatACallbackCausesIsToldBehindIt() {
        observe("onReadable", Connection::abort);
        happens(Events.READABLE | Events.WRITABLE);
        assertThat(told).containsExactly("onReadable", "onWritable", "onReadable", "onEnded");
    }

    @Test
    void aListenerIsToldOfWhatCanBeAcceptedAndOfNothingElse() {
        int[] times = {0};
        listener.onAcceptable(() -> times[0]++);
        bench.work();
        assertThat(times[0]).isZero();
        bench.open(5_001, false);
        assertThat(times[0]).isEqualTo(1);
        bench.work();
        assertThat(times[0]).isEqualTo(1);
        bench.open(5_002, false);
        assertThat(times[0]).isEqualTo(2);
        assertThat(listener.acceptQueueLength()).isEqualTo(2);
    }

    /** Two listeners in one batch, both told. */
    @Test
    void everyListenerIsTold() {
        Listener other = bench.endpoint.listen(81, 16);
        List<String> which = new ArrayList<>();
        listener.onAcceptable(
                () -> {
                    which.add("80");
                    listener.accept();
                });
        other.onAcceptable(
                () -> {
                    which.add("81");
                    other.accept();
                });
        Bench.Peer one = bench.new Peer(6_000, false);
        Bench.Peer two = bench.new Peer(6_001, false);
        two.hostPort = 81;
        for (Bench.Peer each : List.of(one, two)) {
            each.segment(Bench.SYN, each.seq, 0, 0);
        }
        bench.work();
        for (Bench.Peer each : List.of(one, two)) {
            each.segment(ACK, each.seq + 1, bench.lastTo(each.port).seq() + 1, 0);
        }
        bench.work();
        assertThat(which).containsExactlyInAnyOrder("80", "81");
    }

    /** The first one's action takes the other's last connection, or closes it. */
    @Test
    void aListenerThatHasNothingLeftIsNotTold() {
        int[] times = {0};
        Bench.Peer caller = bench.new Peer(6_000, false);
        caller.segment(Bench.SYN, caller.seq, 0, 0);
        bench.work();
        listener.onAcceptable(() -> times[0]++);
        bench.endpoint.execute(
                () -> {
                    bench.endpoint.notifications.add((TcpListener) listener);
                    bench.endpoint.notifications.add((TcpListener) listener);
                });
        bench.work();
        assertThat(times[0]).isZero();
        caller.segment(ACK, caller.seq + 1, bench.lastTo(6_000).seq() + 1, 0);
        bench.endpoint.execute(listener::close);
        bench.work();
        assertThat(times[0]).isZero();
        peer.segment(RST, peer.seq, 0, 0);
        bench.work();
    }

    @Test
    void whatWasDoneCountsAsWork() {
        observe();
        bench.work();
        assertThat(bench.cycle()).isZero();
        connection.tell(Events.WRITABLE);
        assertThat(bench.endpoint.nextDeadlineNs()).isEqualTo(bench.now);
        assertThat(bench.cycle()).isEqualTo(1);
        assertThat(bench.cycle()).isZero();
    }
}
