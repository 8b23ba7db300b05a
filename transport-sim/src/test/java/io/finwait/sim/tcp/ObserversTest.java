package io.finwait.sim.tcp;

import static io.finwait.sim.tcp.TwoHosts.MS;
import static io.finwait.sim.tcp.TwoHosts.PORT;
import static io.finwait.sim.tcp.TwoHosts.SECOND;
import static io.finwait.sim.tcp.TwoHosts.SERVER;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finwait.sim.LinkModel;
import io.finwait.tcp.CloseReason;
import io.finwait.tcp.Connection;
import io.finwait.tcp.ConnectionInfo;
import io.finwait.tcp.ConnectionObserver;
import io.finwait.tcp.EndpointConfig;
import io.finwait.tcp.EndpointObserver;
import io.finwait.tcp.State;
import io.finwait.tcp.Trigger;

import org.junit.jupiter.api.Test;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;

/** What observers may do: throw, abort, release and connect anew, close the endpoint. */
class ObserversTest {

    private BiConsumer<ConnectionInfo, State> onServer = (connection, to) -> {};

    private final TwoHosts hosts =
            new TwoHosts(
                    1,
                    LinkModel.perfect().delay(10 * MS),
                    EndpointConfig.Builder::plain,
                    config -> config.plain().observer(new Watching()));

    private final class Watching implements EndpointObserver {
        @Override
        public void onTransition(
                ConnectionInfo connection, State from, Trigger trigger, State to, long nowNs) {
            onServer.accept(connection, to);
        }
    }

    private Connection open() {
        Connection ours = hosts.connect();
        hosts.run(SECOND);
        return ours;
    }

    @Test
    void anEndpointObserverThatThrowsCostsNobodyAnything() throws Exception {
        Connection one = open();
        Connection theirs = hosts.listener.accept();
        Connection other = open();
        Connection otherTheirs = hosts.listener.accept();
        onServer =
                (connection, to) -> {
                    throw new AssertionError("metrics are down");
                };
        other.send(ByteBuffer.wrap("text of the other".getBytes(StandardCharsets.US_ASCII)));
        one.shutdownOutput();
        hosts.run(SECOND);
        assertThat(one.state()).isEqualTo(State.FIN_WAIT_2);
        assertThat(theirs.state()).isEqualTo(State.CLOSE_WAIT);
        ByteBuffer read = ByteBuffer.allocate(100);
        otherTheirs.receive(read);
        assertThat(new String(read.array(), 0, read.position(), StandardCharsets.US_ASCII))
                .isEqualTo("text of the other");
        theirs.close();
        hosts.run(SECOND);
        assertThat(one.state()).isEqualTo(State.TIME_WAIT);
        assertThat(theirs.closeReason()).isInstanceOf(CloseReason.Orderly.class);
    }

    @Test
    void anEndpointObserverMayAbort() {
        Connection ours = open();
        Connection theirs = hosts.listener.accept();
        List<State> seen = new ArrayList<>();
        onServer =
                (connection, to) -> {
                    seen.add(to);
                    assertThat(connection.state()).isEqualTo(to);
                    assertThat(connection.remotePort()).isEqualTo(ours.localPort());
                    if (to == State.CLOSE_WAIT) {
                        theirs.abort();
                    }
                };
        ours.shutdownOutput();
        hosts.run(SECOND);
        assertThat(seen).containsExactly(State.CLOSE_WAIT, State.CLOSED);
        assertThat(ours.closeReason().message()).isEqualTo("Connection reset by peer");
    }

    @Test
    void doWorkInsideACallbackIsRefused() {
        List<Throwable> thrown = new ArrayList<>();
        onServer =
                (connection, to) -> {
                    try {
                        hosts.server.doWork(hosts.net.nowNs());
                    } catch (IllegalStateException e) {
                        thrown.add(e);
                    }
                };
        assertThat(open().state()).isEqualTo(State.ESTABLISHED);
        assertThat(thrown).isNotEmpty();
        assertThat(thrown.get(0)).hasMessageContaining("return from the callback");
    }

    @Test
    void anErrorInAConnectionObserverCostsItsConnectionAlone() {
        Connection one = open();
        Connection other = open();
        one.observer(
                new ConnectionObserver() {
                    @Override
                    public void onPeerClosed(Connection connection) {
                        throw new AssertionError("from a callback");
                    }
                });
        hosts.listener.accept().shutdownOutput();
        hosts.run(SECOND);
        assertThat(one.closeReason()).isInstanceOf(CloseReason.Aborted.class);
        assertThat(other.state()).isEqualTo(State.ESTABLISHED);
    }

    @Test
    void whatWasNotedForAConnectionIsNotToldOfTheNextWithTheSameHandle() {
        Connection old = open();
        List<String> told = new ArrayList<>();
        Connection[] fresh = new Connection[1];
        old.observer(
                new ConnectionObserver() {
                    @Override
                    public void onReadable(Connection connection) {
                        if (connection.hasEnded() && fresh[0] == null) {
                            connection.release();
                            fresh[0] = hosts.client.connect(SERVER, PORT + 1);
                            fresh[0].observer(new Telling(told));
                        }
                    }
                });
        hosts.listener.accept().abort();
        hosts.run(11 * MS);
        assertThat(fresh[0]).as("the handle used again").isSameAs(old);
        assertThat(told).isEmpty();
        assertThat(fresh[0].state()).isEqualTo(State.SYN_SENT);
        hosts.run(SECOND);
        assertThat(told).containsExactly("readable", "ended");
        assertThat(fresh[0].closeReason().message()).isEqualTo("Connection refused");
    }

    @Test
    void aReleasedHandleIsToldNothingMore() {
        Connection ours = open();
        List<String> told = new ArrayList<>();
        ours.observer(new Telling(told));
        ours.abort();
        ours.release();
        hosts.run(SECOND);
        assertThat(told).isEmpty();
    }

    private record Telling(List<String> told) implements ConnectionObserver {
        @Override
        public void onReadable(Connection connection) {
            told.add("readable");
        }

        @Override
        public void onPeerClosed(Connection connection) {
            told.add("peer closed");
        }

        @Override
        public void onEnded(Connection connection) {
            told.add("ended");
        }
    }

    @Test
    void aCallbackOfAClosingEndpointCannotConnect() {
        Connection ours = open();
        List<String> told = new ArrayList<>();
        ours.observer(
                new ConnectionObserver() {
                    @Override
                    public void onEnded(Connection connection) {
                        assertThatThrownBy(hosts::connect)
                                .isInstanceOf(IllegalStateException.class)
                                .hasMessageContaining("closed; open another one");
                        assertThatThrownBy(() -> hosts.client.listen(9, 1))
                                .isInstanceOf(IllegalStateException.class);
                        told.add(connection.closeReason().message());
                    }
                });
        hosts.client.close();
        assertThat(told).hasSize(1);
        assertThat(hosts.client.connectionCount()).isZero();
        assertThat(hosts.client.nextDeadlineNs()).isEqualTo(Long.MAX_VALUE);
        assertThat(hosts.client.doWork(hosts.net.nowNs())).isZero();
    }

    @Test
    void theEndpointMayBeClosedInACallback() {
        Connection ours = open();
        Connection other = open();
        List<String> told = new ArrayList<>();
        other.observer(new Telling(told));
        ours.observer(
                new ConnectionObserver() {
                    @Override
                    public void onPeerClosed(Connection connection) {
                        hosts.client.close();
                    }
                });
        hosts.listener.accept().shutdownOutput();
        hosts.run(SECOND);
        assertThat(told).containsExactly("readable", "ended");
        assertThat(hosts.client.connectionCount()).isZero();
        assertThat(hosts.server.connectionCount()).isZero();
    }

    @Test
    void aClosedEndpointHasNoTimeWaitAnyMore() {
        Connection ours = open();
        Connection theirs = hosts.listener.accept();
        ours.close();
        hosts.run(SECOND);
        theirs.close();
        hosts.run(SECOND);
        assertThat(ours.state()).isEqualTo(State.TIME_WAIT);
        hosts.client.close();
        assertThat(ours.state()).isEqualTo(State.CLOSED);
        assertThat(hosts.client.nextDeadlineNs()).isEqualTo(Long.MAX_VALUE);
    }
}
