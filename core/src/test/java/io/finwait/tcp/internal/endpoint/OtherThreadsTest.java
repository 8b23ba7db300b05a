package io.finwait.tcp.internal.endpoint;

import static io.finwait.tcp.internal.endpoint.Bench.SYN;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.tcp.CatchAll;
import io.finwait.tcp.CatchAllLimits;
import io.finwait.tcp.Connection;
import io.finwait.tcp.Incoming;
import io.finwait.tcp.IncomingHandler;
import io.finwait.tcp.Listener;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Every call that would change something is refused in a thread that is not the endpoint's. */
class OtherThreadsTest {

    private final Bench bench = new Bench();
    private final TcpEndpoint endpoint = bench.endpoint;
    private final Listener listener = endpoint.listen(Bench.PORT, 16);
    private final List<Incoming> asked = new ArrayList<>();
    private final Map<String, ThrowingCallable> calls = new LinkedHashMap<>();

    private final class Asking implements IncomingHandler {
        @Override
        public void onIncoming(Incoming incoming) {
            asked.add(incoming);
        }

        @Override
        public void onEstablished(Incoming incoming, Connection connection) {}
    }

    private void endpointCalls() {
        calls.put("doWork", () -> endpoint.doWork(bench.now));
        calls.put("connect", () -> endpoint.connect(Bench.PEERS, 1));
        calls.put("connect from", () -> endpoint.connect(Bench.HOST, 0, Bench.PEERS, 1));
        calls.put("listen", () -> endpoint.listen(81, 1));
        calls.put("listen at", () -> endpoint.listen(Bench.HOST, 81, 1));
        calls.put("catchAll", () -> endpoint.catchAll(CatchAllLimits.DEFAULT, new Asking()));
        calls.put("dropTimeWait", endpoint::dropTimeWait);
        calls.put("close", endpoint::close);
    }

    private void connectionCalls(Connection connection) {
        ByteBuffer text = ByteBuffer.allocate(10);
        calls.put("send", () -> connection.send(text));
        calls.put("receive", () -> connection.receive(text));
        calls.put("shutdownOutput", connection::shutdownOutput);
        calls.put("shutdownInput", connection::shutdownInput);
        calls.put("close it", connection::close);
        calls.put("closeGracefully", () -> connection.closeGracefully(bench.now));
        calls.put("abort", connection::abort);
        calls.put("linger", () -> connection.linger(0));
        calls.put("userTimeout", () -> connection.userTimeout(1));
        calls.put("keepAlive", () -> connection.keepAlive(1, 1, 1));
        calls.put("nagle", () -> connection.nagle(false));
        calls.put("release", connection::release);
    }

    private void listenerCalls(CatchAll catchAll) {
        calls.put("accept", listener::accept);
        calls.put("deferAccept", () -> listener.deferAccept(0));
        calls.put("close the listener", listener::close);
        calls.put("close the catch-all", catchAll::close);
        calls.put("accept a SYN", asked.get(0)::accept);
        calls.put("refuse a SYN", asked.get(0)::refuse);
        calls.put("ignore a SYN", asked.get(0)::ignore);
    }

    @Test
    void isRefusedByEach() throws InterruptedException {
        CatchAll catchAll = endpoint.catchAll(CatchAllLimits.DEFAULT, new Asking());
        bench.open(5_000, false);
        Connection connection = listener.accept();
        Bench.Peer other = bench.new Peer(5_001, false);
        other.hostPort = 443;
        other.segment(SYN, other.seq, 0, 0);
        bench.work();
        endpointCalls();
        connectionCalls(connection);
        listenerCalls(catchAll);
        Map<String, String> answers = new LinkedHashMap<>();
        Thread thread =
                new Thread(
                        () ->
                                calls.forEach(
                                        (name, call) -> {
                                            try {
                                                call.call();
                                                answers.put(name, "was done");
                                            } catch (Throwable e) {
                                                answers.put(name, e.getMessage());
                                            }
                                        }));
        thread.start();
        thread.join(10_000);
        assertThat(answers.keySet()).isEqualTo(calls.keySet());
        answers.forEach(
                (name, answer) -> assertThat(answer).as(name).contains("belongs to", "execute()"));
        assertThat(catchAll.isClosed()).isFalse();
        assertThat(connection.hasEnded()).isFalse();
        assertThat(asked.get(0).isWaiting()).isTrue();
    }
}
