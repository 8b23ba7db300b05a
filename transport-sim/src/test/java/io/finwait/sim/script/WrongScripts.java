package io.finwait.sim.script;

import io.finwait.sim.script.Event.InState;
import io.finwait.sim.script.Event.SystemCall;
import io.finwait.sim.script.TcpPacket.Flags;
import io.finwait.sim.script.TcpPacket.Sequence;
import io.finwait.wire.TcpHeader;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** Makes wrong scripts of a right one: each differs in one thing from what really happens. */
final class WrongScripts {

    private static final long SECOND = 1_000_000_000L;

    /** What is wrong. */
    enum Kind {
        ACK_OFF_BY_ONE,
        SEQUENCE_OFF_BY_ONE,
        TEXT_TOO_LONG,
        FLAG_MORE_OR_LESS,
        WINDOW_OFF_BY_ONE,
        OPTION_OFF_BY_ONE,
        OPTION_MISSING,
        OPTIONS_SWAPPED,
        TIME_OFF,
        LEFT_OUT,
        SURPLUS,
        WRONG_ERRNO,
        WRONG_RESULT,
        WRONG_EVENTS,
        WRONG_STATE
    }

    /** A wrong script. */
    record Wrong(Kind kind, int line, PacketScript script) {}

    private final PacketScript right;
    private final List<Wrong> wrong = new ArrayList<>();

    private WrongScripts(PacketScript right) {
        this.right = right;
    }

    static List<Wrong> of(PacketScript right) {
        WrongScripts scripts = new WrongScripts(right);
        for (int i = 0; i < right.events().size(); i++) {
            scripts.mutate(i, right.events().get(i));
        }
        return scripts.wrong;
    }

    private void mutate(int index, Event event) {
        Event.Action action = event.action();
        if (action instanceof TcpPacket packet && packet.outbound()) {
            mutate(index, event, packet);
        } else if (action instanceof SystemCall call) {
            mutate(index, event, call);
        } else if (action instanceof InState in) {
            String other = in.state().equals("CLOSED") ? "TIME-WAIT" : "CLOSED";
            replace(Kind.WRONG_STATE, index, event, new InState(other));
        }
        // Injected segments and silence say nothing that could be wrong.
    }

    private void mutate(int index, Event event, TcpPacket p) {
        for (int flag : new int[] {TcpHeader.FIN, TcpHeader.PSH, TcpHeader.RST, TcpHeader.ACK}) {
            Flags flags = new Flags(p.flags().bits() ^ flag, -1);
            replace(Kind.FLAG_MORE_OR_LESS, index, event, with(p, flags, p.sequence(), p.ack()));
        }
        Sequence s = p.sequence();
        // The number of our SYN is ours to choose: a script can't be wrong there.
        if (!s.any() && !p.flags().has(TcpHeader.SYN)) {
            Sequence later = new Sequence(s.start() + 1, s.length(), false, false);
            replace(Kind.SEQUENCE_OFF_BY_ONE, index, event, with(p, p.flags(), later, p.ack()));
        }
        Sequence longer = new Sequence(s.start(), s.length() + 1, s.literal(), s.any());
        replace(Kind.TEXT_TOO_LONG, index, event, with(p, p.flags(), longer, p.ack()));
        if (p.ack().isPresent()) {
            OptionalLong more = OptionalLong.of(p.ack().getAsLong() + 1);
            replace(Kind.ACK_OFF_BY_ONE, index, event, with(p, p.flags(), s, more));
        }
        if (p.window().isPresent()) {
            replace(Kind.WINDOW_OFF_BY_ONE, index, event, withWindow(p, p.window().getAsInt() ^ 1));
        }
        p.options().ifPresent(options -> mutate(index, event, p, options));
        When when = event.when();
        if (!when.any() && !when.isRange()) {
            long off = when.fromNs() + SECOND;
            When later = new When(when.relative(), false, off, off);
            instead(
                    Kind.TIME_OFF,
                    index,
                    List.of(new Event(later, p, event.line(), event.lastLine())));
        }
        leaveOut(index, when);
        instead(
                Kind.SURPLUS,
                index,
                List.of(event, new Event(now(), p, event.line(), event.line())));
    }

    private void mutate(int index, Event event, TcpPacket p, List<TcpOption> options) {
        for (int i = 0; i < options.size(); i++) {
            TcpOption other = offByOne(options.get(i));
            if (!other.equals(options.get(i))) {
                List<TcpOption> changed = new ArrayList<>(options);
                changed.set(i, other);
                replace(Kind.OPTION_OFF_BY_ONE, index, event, withOptions(p, changed));
            }
            List<TcpOption> fewer = new ArrayList<>(options);
            fewer.remove(i);
            replace(Kind.OPTION_MISSING, index, event, withOptions(p, fewer));
            if (i > 0 && !options.get(i).equals(options.get(i - 1))) {
                List<TcpOption> swapped = new ArrayList<>(options);
                Collections.swap(swapped, i - 1, i);
                replace(Kind.OPTIONS_SWAPPED, index, event, withOptions(p, swapped));
            }
        }
    }

    /** Of timestamps it is the echo: our own clock is compared only where a script asks for it. */
    private static TcpOption offByOne(TcpOption option) {
        if (option instanceof TcpOption.Mss mss) {
            return new TcpOption.Mss(mss.octets() + 1);
        }
        if (option instanceof TcpOption.WindowScale scale) {
            return new TcpOption.WindowScale(scale.shift() + 1);
        }
        if (option instanceof TcpOption.Timestamps ts) {
            return new TcpOption.Timestamps(ts.value(), ts.echo() + 1, ts.literal());
        }
        if (option instanceof TcpOption.Sack sack) {
            List<TcpOption.Block> blocks = new ArrayList<>(sack.blocks());
            TcpOption.Block last = blocks.remove(blocks.size() - 1);
            blocks.add(new TcpOption.Block(last.left(), last.right() + 1));
            return new TcpOption.Sack(blocks);
        }
        return option;
    }

    private static TcpPacket withOptions(TcpPacket p, List<TcpOption> options) {
        return new TcpPacket(
                true,
                p.ip(),
                p.ports(),
                p.flags(),
                p.sequence(),
                p.ack(),
                p.window(),
                p.urgent(),
                Optional.of(options));
    }

    /** Without the event its time would not pass either: the next event takes it over. */
    private void leaveOut(int index, When when) {
        if (when.any() || when.isRange() || !when.relative()) {
            return;
        }
        Event next =
                index + 1 < right.events().size()
                        ? right.events().get(index + 1)
                        : new Event(now(), new Event.Silence(), 1, 1);
        When later =
                new When(
                        next.when().relative(),
                        next.when().any(),
                        next.when().fromNs() + when.fromNs(),
                        next.when().toNs() + when.fromNs());
        List<Event> events = new ArrayList<>(right.events().subList(0, index));
        events.add(new Event(later, next.action(), next.line(), next.lastLine()));
        if (index + 2 < right.events().size()) {
            events.addAll(right.events().subList(index + 2, right.events().size()));
        }
        add(Kind.LEFT_OUT, index, events);
    }

    private static When now() {
        return new When(true, false, 0, 0);
    }

    private static TcpPacket with(TcpPacket p, Flags flags, Sequence sequence, OptionalLong ack) {
        return new TcpPacket(
                true, p.ip(), p.ports(), flags, sequence, ack, p.window(), p.urgent(), p.options());
    }

    private static TcpPacket withWindow(TcpPacket p, int window) {
        return new TcpPacket(
                true,
                p.ip(),
                p.ports(),
                p.flags(),
                p.sequence(),
                p.ack(),
                OptionalInt.of(window),
                p.urgent(),
                p.options());
    }

    private void mutate(int index, Event event, SystemCall call) {
        if (!call.errno().isEmpty()) {
            String other = call.errno().equals("EPIPE") ? "EBADF" : "EPIPE";
            replace(Kind.WRONG_ERRNO, index, event, with(call, call.result(), other));
        }
        if (!Calls.RETURN_A_DESCRIPTOR.contains(call.name())
                && call.result() instanceof Expression.Int number) {
            Expression more = new Expression.Int(number.value() + 1, false);
            replace(Kind.WRONG_RESULT, index, event, with(call, more, call.errno()));
        }
        if (call.name().equals("poll") || call.name().equals("epoll_wait")) {
            mutateEvents(index, event, call);
        }
    }

    /** In what poll and epoll_wait are to tell, each event more or less. */
    private void mutateEvents(int index, Event event, SystemCall call) {
        String field = call.name().equals("poll") ? "revents" : "events";
        int at = call.name().equals("poll") ? 0 : 1;
        List<Expression> arguments = new ArrayList<>(call.arguments());
        Expression told = arguments.get(at);
        boolean several = told instanceof Expression.Array;
        List<Expression> all = several ? ((Expression.Array) told).elements() : List.of(told);
        for (int i = 0; i < all.size(); i++) {
            Expression value = Calls.value(all.get(i), field);
            for (int bit = 1; value != null && bit <= SocketReadiness.HUP; bit <<= 2) {
                Expression other = new Expression.Int(SocketReadiness.number(value) ^ bit, false);
                List<Expression> changed = new ArrayList<>(all);
                changed.set(i, withField(all.get(i), field, other));
                arguments.set(at, several ? new Expression.Array(changed) : changed.get(0));
                SystemCall wrongCall =
                        new SystemCall(
                                call.name(),
                                List.copyOf(arguments),
                                call.returnsAtNs(),
                                call.result(),
                                call.errno(),
                                call.note());
                replace(Kind.WRONG_EVENTS, index, event, wrongCall);
            }
        }
    }

    private static Expression withField(Expression structure, String name, Expression value) {
        List<Expression> fields = new ArrayList<>();
        for (Expression each : ((Expression.Structure) structure).fields()) {
            boolean it =
                    each instanceof Expression.Field field
                            && field.name().equals(new Expression.Symbol(name));
            fields.add(it ? new Expression.Field(new Expression.Symbol(name), value) : each);
        }
        return new Expression.Structure(fields);
    }

    private static SystemCall with(SystemCall call, Expression result, String errno) {
        return new SystemCall(
                call.name(), call.arguments(), call.returnsAtNs(), result, errno, call.note());
    }

    private void replace(Kind kind, int index, Event event, Event.Action action) {
        instead(
                kind,
                index,
                List.of(new Event(event.when(), action, event.line(), event.lastLine())));
    }

    private void instead(Kind kind, int index, List<Event> instead) {
        List<Event> events = new ArrayList<>(right.events().subList(0, index));
        events.addAll(instead);
        events.addAll(right.events().subList(index + 1, right.events().size()));
        add(kind, index, events);
    }

    private void add(Kind kind, int index, List<Event> events) {
        PacketScript script =
                new PacketScript(
                        right.source(),
                        right.options(),
                        right.initCommand(),
                        List.copyOf(events),
                        right.cleanupCommand(),
                        false);
        wrong.add(new Wrong(kind, right.events().get(index).line(), script));
    }
}
