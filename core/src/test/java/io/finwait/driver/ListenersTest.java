package io.finwait.driver;

import static io.finwait.driver.SteeredPair.elsewhere;
import static io.finwait.driver.SteeredPair.failure;
import static io.finwait.driver.SteeredPair.now;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finwait.tcp.CloseReason;

import org.junit.jupiter.api.Test;

import java.nio.channels.AsynchronousCloseException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Who gets which connection at a port of one driver, and at one that several share. */
class ListenersTest {

    private final SteeredPair pair = new SteeredPair();
    private final List<Integer> told = new ArrayList<>();
    private final AsyncListener listener = now(pair.server.listen(80, 16));

    private AsyncConnection connect(int port) {
        CompletableFuture<AsyncConnection> connecting =
                pair.client.connect(SteeredPair.SERVER, port);
        pair.settle();
        return now(connecting);
    }

    private AsyncConnection connect() {
        return connect(80);
    }

    private static int port(CompletableFuture<AsyncConnection> accepted) {
        return now(accepted).remotePort();
    }

    private void refusedAtPort80() {
        CompletableFuture<AsyncConnection> connecting = pair.client.connect(SteeredPair.SERVER, 80);
        pair.settle();
        assertThat(failure(connecting)).hasMessageContaining("refused");
    }

    @Test
    void callersAreServedInOrder() {
        assertThat(listener.port()).isEqualTo(80);
        CompletableFuture<AsyncConnection> first = listener.accept();
        CompletableFuture<AsyncConnection> second = listener.accept();
        AsyncConnection one = connect();
        assertThat(port(first)).isEqualTo(one.localPort());
        assertThat(second).isNotDone();
        AsyncConnection two = connect();
        assertThat(port(second)).isEqualTo(two.localPort());
        AsyncConnection three = connect();
        assertThat(port(listener.accept())).isEqualTo(three.localPort());
        assertThat(listener.accept()).isNotDone();
    }

    @Test
    void whoHasGoneIsNotServed() {
        CompletableFuture<AsyncConnection> gone = listener.accept();
        CompletableFuture<AsyncConnection> next = listener.accept();
        assertThat(gone.cancel(false)).isTrue();
        AsyncConnection ours = connect();
        assertThat(port(next)).isEqualTo(ours.localPort());
    }

    @Test
    void aPollTakesWhatIsThereAndWaitsForNothing() {
        assertThat(now(listener.poll())).isNull();
        AsyncConnection one = connect();
        AsyncConnection two = connect();
        assertThat(port(listener.poll())).isEqualTo(one.localPort());
        assertThat(listener.isAcceptable()).isTrue();
        assertThat(port(listener.poll())).isEqualTo(two.localPort());
        assertThat(listener.isAcceptable()).isFalse();
        assertThat(now(listener.poll())).isNull();
        now(listener.close());
        assertThat(failure(listener.poll())).isInstanceOf(AsynchronousCloseException.class);
    }

    @Test
    void whoeverWaitsIsToldOfConnectionsAndOfTheEnd() {
        listener.readiness(told::add);
        assertThat(told).isEmpty();
        assertThat(listener.isAcceptable()).isFalse();
        connect();
        assertThat(told).containsOnly(Readiness.ACCEPTABLE).isNotEmpty();
        assertThat(listener.isAcceptable()).isTrue();
        assertThat(listener.isClosed()).isFalse();
        List<Integer> other = new ArrayList<>();
        listener.readiness(other::add);
        assertThat(other).as("what is there already").containsExactly(Readiness.ACCEPTABLE);
        told.clear();
        assertThat(now(listener.accept())).isNotNull();
        other.clear();
        now(listener.close());
        assertThat(other).contains(Readiness.ACCEPTABLE);
        assertThat(told).as("another one is told now").isEmpty();
        assertThat(listener.isClosed()).isTrue();
        assertThat(listener.isAcceptable()).isTrue();
        assertThatThrownBy(() -> listener.readiness(null)).isInstanceOf(NullPointerException.class);
    }

    @Test
    void aClosedPortRefusesAndResetsWhatNobodyAccepted() {
        AsyncConnection ours = connect();
        CompletableFuture<Void> closed = listener.close();
        pair.settle();
        now(closed);
        assertThat(now(ours.ended())).isInstanceOf(CloseReason.ResetByPeer.class);
        assertThat(failure(listener.accept())).isInstanceOf(AsynchronousCloseException.class);
        now(listener.close());
        refusedAtPort80();
        assertThat(now(pair.server.listen(80, 1)).port()).isEqualTo(80);
    }

    @Test
    void whoWaitsWhenAPortIsClosedIsTold() {
        CompletableFuture<AsyncConnection> first = listener.accept();
        CompletableFuture<AsyncConnection> second = listener.accept();
        now(listener.close());
        assertThat(failure(first)).isInstanceOf(AsynchronousCloseException.class);
        assertThat(failure(second)).isInstanceOf(AsynchronousCloseException.class);
    }

    /** The caller goes in the very moment in which his connection comes. */
    @Test
    void whatCameForACallerWhoJustWentIsForTheNextOne() {
        CompletableFuture<AsyncConnection> first = listener.accept();
        pair.steeredServer.onConnection(connection -> first.cancel(false));
        AsyncConnection ours = connect();
        assertThat(first).isCancelled();
        assertThat(listener.isAcceptable()).isTrue();
        assertThat(port(listener.accept())).isEqualTo(ours.localPort());
        assertThat(listener.isAcceptable()).isFalse();
    }

    @Test
    void whatCameForAPollThatJustWentIsForTheNextOne() {
        AsyncConnection ours = connect();
        listener.readiness(told::add);
        CompletableFuture<AsyncConnection> polling = elsewhere(listener::poll);
        pair.steeredServer.onConnection(connection -> polling.cancel(false));
        pair.settle();
        assertThat(polling).isCancelled();
        assertThat(listener.isAcceptable()).isTrue();
        assertThat(told).contains(Readiness.ACCEPTABLE);
        assertThat(port(listener.poll())).isEqualTo(ours.localPort());
    }

    @Test
    void whatCameForNobodyIsResetWhenThePortIsClosed() {
        CompletableFuture<AsyncConnection> first = listener.accept();
        pair.steeredServer.onConnection(connection -> first.cancel(false));
        AsyncConnection ours = connect();
        now(listener.close());
        pair.settle();
        assertThat(now(ours.ended())).isInstanceOf(CloseReason.ResetByPeer.class);
    }

    @Test
    void aListenThatWasGivenUpOpensNothing() {
        CompletableFuture<AsyncListener> asked = elsewhere(() -> pair.server.listen(82, 1));
        assertThat(asked.cancel(false)).isTrue();
        pair.settle();
        assertThat(now(pair.server.listen(82, 1)).port()).isEqualTo(82);
        assertThat(failure(pair.server.listen(82, 1))).isInstanceOf(IllegalStateException.class);
    }

    // Several drivers.

    private final AsyncListener other = now(pair.server.listen(81, 16));
    private final GroupListener both = new GroupListener(List.of(listener, other));

    @Test
    void oneOfSeveralIsAskedForEachCaller() {
        assertThat(both.port()).isEqualTo(80);
        assertThat(both.listeners()).containsExactly(listener, other);
        CompletableFuture<AsyncConnection> first = both.accept();
        CompletableFuture<AsyncConnection> second = both.accept();
        AsyncConnection one = connect(81);
        assertThat(port(first)).isEqualTo(one.localPort());
        assertThat(second).isNotDone();
        AsyncConnection two = connect(80);
        assertThat(port(second)).isEqualTo(two.localPort());
    }

    @Test
    void whatIsThereAlreadyIsTakenFromEitherAndNothingIsLost() {
        List<Integer> ports = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            ports.add(connect(80 + i % 2).localPort());
        }
        List<Integer> accepted = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            accepted.add(port(both.accept()));
        }
        assertThat(accepted).containsExactlyInAnyOrderElementsOf(ports);
        CompletableFuture<AsyncConnection> none = both.accept();
        assertThat(none).isNotDone();
        AsyncConnection ours = connect(81);
        assertThat(port(none)).isEqualTo(ours.localPort());
    }

    @Test
    void whoHasGoneTakesNothing() {
        for (int i = 0; i < 5; i++) {
            assertThat(both.accept().cancel(false)).isTrue();
        }
        AsyncConnection ours = connect(80);
        assertThat(listener.isAcceptable()).isTrue();
        assertThat(port(both.accept())).isEqualTo(ours.localPort());
    }

    /** The call that asks the port is on its way to the driver when its caller gives up. */
    private AsyncConnection takenForWhoHasGone() {
        // From the first call on the ports tell by themselves when somebody waits there.
        assertThat(both.accept().cancel(false)).isTrue();
        AsyncConnection ours = connect(80);
        assertThat(listener.isAcceptable()).isTrue();
        assertThat(elsewhere(both::accept).cancel(false)).isTrue();
        pair.settle();
        assertThat(listener.isAcceptable()).as("it has left the port").isFalse();
        return ours;
    }

    @Test
    void whatWasTakenForWhoHasGoneIsForTheNext() {
        AsyncConnection ours = takenForWhoHasGone();
        AsyncConnection later = connect(81);
        assertThat(List.of(port(both.accept()), port(both.accept())))
                .containsExactly(ours.localPort(), later.localPort());
        assertThat(both.accept()).isNotDone();
    }

    @Test
    void whatWasTakenForWhoHasGoneIsResetWithThePort() {
        AsyncConnection ours = takenForWhoHasGone();
        assertThat(ours.ended()).isNotDone();
        CompletableFuture<Void> closed = both.close();
        pair.settle();
        now(closed);
        assertThat(now(ours.ended())).isInstanceOf(CloseReason.ResetByPeer.class);
    }

    @Test
    void aCloseRefusesWhoWaitsAndWhoComesLater() {
        CompletableFuture<AsyncConnection> waiting = both.accept();
        CompletableFuture<Void> closed = both.close();
        pair.settle();
        now(closed);
        assertThat(failure(waiting)).isInstanceOf(AsynchronousCloseException.class);
        assertThat(failure(both.accept())).isInstanceOf(AsynchronousCloseException.class);
        assertThat(listener.isClosed()).isTrue();
        assertThat(other.isClosed()).isTrue();
        now(both.close());
    }

    /** Each of the two doors has taken one for the only caller; the second waits for the next. */
    @Test
    void whatWasTakenForNobodyIsResetByAClose() {
        AsyncConnection one = connect(80);
        AsyncConnection two = connect(81);
        int got = port(both.accept());
        CompletableFuture<Void> closed = both.close();
        pair.settle();
        now(closed);
        AsyncConnection left = got == one.localPort() ? two : one;
        AsyncConnection taken = got == one.localPort() ? one : two;
        assertThat(now(left.ended())).isInstanceOf(CloseReason.ResetByPeer.class);
        assertThat(taken.ended()).isNotDone();
    }

    @Test
    void whenADriverStopsWhoWaitsAtAllIsTold() {
        CompletableFuture<AsyncConnection> waiting = both.accept();
        CompletableFuture<DrainReport> unused = pair.server.shutdown(Duration.ZERO);
        pair.settle();
        assertThat(failure(waiting)).isInstanceOf(AsynchronousCloseException.class);
        assertThat(failure(both.accept())).isInstanceOf(AsynchronousCloseException.class);
    }
}
