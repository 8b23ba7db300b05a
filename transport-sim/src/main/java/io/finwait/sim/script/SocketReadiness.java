package io.finwait.sim.script;

import io.finwait.tcp.Connection;
import io.finwait.tcp.ConnectionObserver;
import io.finwait.tcp.Listener;
import io.finwait.tcp.State;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntConsumer;

/**
 * What poll and epoll tell of a socket, by the names and numbers of Linux: its state at the moment,
 * and its changes, which are those that the endpoint tells the observer of a connection.
 */
final class SocketReadiness implements ConnectionObserver {

    static final int IN = 1;
    static final int OUT = 4;
    static final int ERR = 8;
    static final int HUP = 16;
    static final int INVALID = 32;
    static final int RDHUP = 0x2000;
    static final int ONE_SHOT = 1 << 30;
    static final int EDGE = 1 << 31;

    /** What is told whether somebody asks for it or not. */
    static final int ALWAYS = ERR | HUP | INVALID;

    private static final int ANY = ~0;

    private static final Map<String, Integer> NAMES = new LinkedHashMap<>();

    static {
        NAMES.put("POLLIN", IN);
        NAMES.put("POLLOUT", OUT);
        NAMES.put("POLLERR", ERR);
        NAMES.put("POLLHUP", HUP);
        NAMES.put("POLLNVAL", INVALID);
        NAMES.put("POLLRDHUP", RDHUP);
        NAMES.put("POLLONESHOT", ONE_SHOT);
        NAMES.put("POLLET", EDGE);
    }

    private final Socket socket;
    private final List<IntConsumer> watchers = new ArrayList<>();

    SocketReadiness(Socket socket) {
        this.socket = socket;
    }

    /**
     * The number of events joined by "|".
     *
     * @throws UnsupportedScriptException for a name that nothing here tells of
     */
    static int number(Expression events) {
        if (events instanceof Expression.Int number) {
            return (int) number.value();
        }
        Set<String> names = new TreeSet<>();
        Calls.names(events, names);
        int number = 0;
        for (String name : names) {
            Integer known = NAMES.get(name.startsWith("E") ? name.substring(1) : name);
            if (known == null) {
                throw new UnsupportedScriptException(
                        "event "
                                + name
                                + "; known are POLLIN, POLLOUT, POLLERR, POLLHUP,"
                                + " POLLRDHUP, POLLNVAL, EPOLLET and EPOLLONESHOT");
            }
            number |= known;
        }
        return number;
    }

    /** The names of events, joined by "|"; 0 for none. */
    static String names(int events) {
        List<String> names = new ArrayList<>();
        NAMES.forEach(
                (name, bit) -> {
                    if ((events & bit) != 0) {
                        names.add(name);
                    }
                });
        return names.isEmpty() ? Integer.toString(events) : String.join("|", names);
    }

    /** Somebody wants to know what changes. */
    void watch(IntConsumer watcher) {
        watchers.add(watcher);
    }

    void forget(IntConsumer watcher) {
        watchers.remove(watcher);
    }

    private void tell(int events) {
        watchers.forEach(watcher -> watcher.accept(events));
    }

    /** What holds now. */
    int now() {
        Listener listener = socket.listener();
        if (listener != null) {
            return listener.acceptQueueLength() > 0 ? IN : 0;
        }
        Connection connection = socket.connection();
        if (connection == null) {
            return OUT | HUP;
        }
        State state = connection.state();
        if (state == State.SYN_SENT || state == State.SYN_RECEIVED) {
            return 0;
        }
        boolean over = connection.hasEnded();
        boolean peerFinished = over || socket.isInputShut() || state.hasReceivedFin();
        boolean finished = !state.acceptsSend();
        int events = connection.isReadable() || peerFinished ? IN : 0;
        events |= peerFinished ? RDHUP : 0;
        // A write that would fail does not wait either.
        events |= finished || connection.sendRoom() > 0 ? OUT : 0;
        events |= peerFinished && finished ? HUP : 0;
        return events | (socket.hasError() ? ERR : 0);
    }

    /** A connection waits to be accepted. */
    void onAcceptable() {
        tell(IN);
    }

    @Override
    public void onEstablished(Connection connection) {
        tell(ANY);
    }

    @Override
    public void onReadable(Connection connection) {
        tell(IN);
    }

    @Override
    public void onWritable(Connection connection) {
        tell(OUT);
    }

    @Override
    public void onPeerClosed(Connection connection) {
        tell(ANY);
    }

    @Override
    public void onEnded(Connection connection) {
        tell(ANY);
    }
}
