package io.finwait.sim.script;

import io.finwait.sim.script.Event.SystemCall;
import io.finwait.sim.script.EventPoll.Told;
import io.finwait.sim.script.StackUnderTest.PendingCall;
import io.finwait.sim.script.StackUnderTest.Returned;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** The calls that wait for sockets: poll, and those of epoll. */
final class PollCalls {

    private static final List<String> DATA = List.of("fd", "ptr", "u32", "u64");

    private final Map<Integer, Socket> open;
    private final Waiting waiting;
    private final Map<Integer, EventPoll> polls = new HashMap<>();

    /** Waits for at most some milliseconds, below 0 for ever. */
    interface Waiting {

        /**
         * A call that waits.
         *
         * @param attempt null while there is nothing to return
         * @param late what is returned when the time is over
         */
        PendingCall atMost(int milliseconds, Supplier<Returned> attempt, Supplier<Returned> late);
    }

    /**
     * The calls.
     *
     * @param open the open sockets by their descriptors
     */
    PollCalls(Map<Integer, Socket> open, Waiting waiting) {
        this.open = open;
        this.waiting = waiting;
    }

    /** {@code poll([{fd=4, events=POLLIN, revents=POLLIN}], 1, 1000) = 1}. */
    PendingCall poll(SystemCall call) {
        if (!(Calls.argument(call, 0) instanceof Expression.Array asked)) {
            throw new UnsupportedScriptException("poll of anything but [{fd=, events=, revents=}]");
        }
        List<Expression> all = asked.elements();
        // Events that nobody knows are told of before anything waits.
        all.forEach(each -> came(each));
        return waiting.atMost(
                Calls.number(call, 2), () -> polled(all, false), () -> polled(all, true));
    }

    private Returned polled(List<Expression> all, boolean late) {
        long ready = all.stream().filter(each -> came(each) != 0).count();
        if (ready == 0 && !late) {
            return null;
        }
        for (Expression each : all) {
            compare("revents", events(each, "revents"), came(each));
        }
        return Returned.of(ready);
    }

    /** What an element of poll's array says of its socket. */
    private int came(Expression element) {
        int asked = events(element, "events");
        Socket socket = open.get(Calls.field(element, "fd"));
        return socket == null
                ? SocketReadiness.INVALID
                : socket.readiness().now() & (asked | SocketReadiness.ALWAYS);
    }

    private static int events(Expression structure, String field) {
        Expression events = Calls.value(structure, field);
        if (events == null) {
            throw new UnsupportedScriptException(
                    field + " is missing in " + Printer.expression(structure));
        }
        return SocketReadiness.number(events);
    }

    PendingCall create(SystemCall call) {
        int descriptor = Calls.descriptor(call);
        polls.put(descriptor, new EventPoll());
        return ScriptSockets.done(descriptor);
    }

    /** {@code epoll_ctl(5, EPOLL_CTL_ADD, 4, {events=EPOLLIN, fd=4}) = 0}. */
    PendingCall control(SystemCall call) {
        EventPoll poll = polls.get(Calls.number(call, 0));
        int descriptor = Calls.number(call, 2);
        Socket socket = open.get(descriptor);
        if (poll == null || socket == null) {
            return ScriptSockets.failed(poll == null ? "EINVAL" : "EBADF");
        }
        String operation = Calls.symbol(call, 1);
        boolean removes = operation.equals("EPOLL_CTL_DEL");
        Expression event = removes ? null : Calls.argument(call, 3);
        String errno =
                poll.control(
                        operation,
                        descriptor,
                        socket,
                        removes ? 0 : events(event, "events"),
                        removes ? 0 : data(event));
        return errno.isEmpty() ? ScriptSockets.done(0) : ScriptSockets.failed(errno);
    }

    /** {@code epoll_wait(5, {events=EPOLLIN, fd=4}, 1, 0) = 1}; several stand in an array. */
    PendingCall await(SystemCall call) {
        EventPoll poll = polls.get(Calls.number(call, 0));
        int most = Calls.number(call, 2);
        if (poll == null || most <= 0) {
            return ScriptSockets.failed("EINVAL");
        }
        Expression first = Calls.argument(call, 1);
        List<Expression> expected =
                first instanceof Expression.Array array ? array.elements() : List.of(first);
        return waiting.atMost(
                Calls.number(call, 3),
                () -> {
                    List<Told> told = poll.take(most);
                    return told.isEmpty() ? null : compare(expected, told);
                },
                () -> compare(expected, poll.take(most)));
    }

    private static Returned compare(List<Expression> expected, List<Told> told) {
        for (int i = 0; i < expected.size(); i++) {
            if (expected.get(i) instanceof Expression.Anything) {
                continue;
            }
            boolean there = i < told.size();
            compare("events", events(expected.get(i), "events"), there ? told.get(i).events() : 0);
            if (there && told.get(i).data() != data(expected.get(i))) {
                throw ScriptFailure.differs(
                        "the socket of events",
                        Long.toString(data(expected.get(i))),
                        Long.toString(told.get(i).data()));
            }
        }
        return Returned.of(told.size());
    }

    /** Whatever member of the union holds it. */
    private static long data(Expression event) {
        for (String name : DATA) {
            if (Calls.value(event, name) instanceof Expression.Int number) {
                return number.value();
            }
        }
        throw new UnsupportedScriptException(
                "an event without fd=, ptr=, u32= or u64= and a number");
    }

    private static void compare(String what, int expected, int came) {
        if (expected != came) {
            throw ScriptFailure.differs(
                    what, SocketReadiness.names(expected), SocketReadiness.names(came));
        }
    }

    /** A descriptor is closed; returns whether it was one of epoll. */
    boolean close(int descriptor) {
        polls.values().forEach(each -> each.remove(descriptor));
        return polls.remove(descriptor) != null;
    }
}
