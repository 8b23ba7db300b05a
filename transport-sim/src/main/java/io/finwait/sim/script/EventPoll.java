package io.finwait.sim.script;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;

/** What {@code epoll_create} makes: sockets that are watched, in the order they were added. */
final class EventPoll {

    /**
     * What is told of a socket.
     *
     * @param data what the script has the socket go by
     */
    record Told(int events, long data) {}

    private final Map<Integer, Watched> sockets = new LinkedHashMap<>();

    /** A socket, and what is asked of it. */
    private static final class Watched implements IntConsumer {

        private final SocketReadiness readiness;
        private int asked;
        private long data;

        /** Something that was asked for has happened since it was last told. */
        private boolean happened;

        Watched(SocketReadiness readiness) {
            this.readiness = readiness;
        }

        void ask(int events, long newData) {
            asked = events;
            data = newData;
            happened = true;
        }

        @Override
        public void accept(int events) {
            happened |= (events & (asked | SocketReadiness.ALWAYS)) != 0;
        }

        /** What is to be told, 0 for nothing. */
        int take() {
            boolean edge = (asked & SocketReadiness.EDGE) != 0;
            if (asked == 0 || (edge && !happened)) {
                return 0;
            }
            int events = readiness.now() & (asked | SocketReadiness.ALWAYS);
            happened = false;
            if (events != 0 && (asked & SocketReadiness.ONE_SHOT) != 0) {
                asked = 0;
            }
            return events;
        }
    }

    /**
     * Adds, changes or removes a socket.
     *
     * @return the name of the error, empty when there is none
     */
    String control(String operation, int descriptor, Socket socket, int events, long data) {
        Watched watched = sockets.get(descriptor);
        switch (operation) {
            case "EPOLL_CTL_ADD" -> {
                if (watched != null) {
                    return "EEXIST";
                }
                Watched added = new Watched(socket.readiness());
                added.ask(events, data);
                socket.readiness().watch(added);
                sockets.put(descriptor, added);
            }
            case "EPOLL_CTL_MOD" -> {
                if (watched == null) {
                    return "ENOENT";
                }
                watched.ask(events, data);
            }
            case "EPOLL_CTL_DEL" -> {
                if (watched == null) {
                    return "ENOENT";
                }
                remove(descriptor);
            }
            default -> {
                return "EINVAL";
            }
        }
        return "";
    }

    /** Forgets a socket, if it was there: a closed one is watched no longer. */
    void remove(int descriptor) {
        Watched watched = sockets.remove(descriptor);
        if (watched != null) {
            watched.readiness.forget(watched);
        }
    }

    /** What is to be told, of at most so many sockets. */
    List<Told> take(int most) {
        List<Told> told = new ArrayList<>();
        for (Watched each : sockets.values()) {
            int events = told.size() < most ? each.take() : 0;
            if (events != 0) {
                told.add(new Told(events, each.data));
            }
        }
        return told;
    }
}
