package io.finwait.sim.script;

import io.finwait.sim.script.Event.Code;
import io.finwait.sim.script.Event.Command;
import io.finwait.sim.script.Event.InState;
import io.finwait.sim.script.Event.Silence;
import io.finwait.sim.script.Event.SystemCall;
import io.finwait.wire.Segment;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/** Writes scripts and their parts in one uniform shape; what it writes reads back as the same. */
final class Printer {

    private Printer() {}

    static String script(PacketScript script) {
        StringBuilder text = new StringBuilder();
        for (Option option : script.options()) {
            text.append("--").append(option.name());
            text.append(option.value().isEmpty() ? "" : "=" + option.value()).append('\n');
        }
        command(text, script.initCommand());
        for (Event event : script.events()) {
            text.append(event(event)).append('\n');
        }
        command(text, script.cleanupCommand());
        return text.toString();
    }

    private static void command(StringBuilder text, String command) {
        if (!command.isEmpty()) {
            text.append('`').append(command).append("`\n");
        }
    }

    static String event(Event event) {
        String returnsAt =
                event.action() instanceof SystemCall call && call.returnsAtNs().isPresent()
                        ? "..." + seconds(call.returnsAtNs().getAsLong())
                        : "";
        return when(event.when()) + returnsAt + " " + action(event.action());
    }

    static String when(When when) {
        if (when.any()) {
            return "*";
        }
        String plus = when.relative() ? "+" : "";
        String from = plus + seconds(when.fromNs());
        return when.isRange() ? from + "~" + plus + seconds(when.toNs()) : from;
    }

    /** Seconds without superfluous zeros. */
    static String seconds(long ns) {
        return ns == 0 ? "0" : BigDecimal.valueOf(ns, 9).stripTrailingZeros().toPlainString();
    }

    static String action(Event.Action action) {
        if (action instanceof TcpPacket packet) {
            return packet(packet);
        }
        if (action instanceof IcmpPacket packet) {
            return packet(packet);
        }
        if (action instanceof SystemCall call) {
            return call(call);
        }
        if (action instanceof Command command) {
            return "`" + command.text() + "`";
        }
        if (action instanceof Code code) {
            return "%{" + code.text() + "}%";
        }
        if (action instanceof InState in) {
            return "= " + in.state();
        }
        if (action instanceof Silence) {
            return "silence";
        }
        throw new AssertionError(action);
    }

    private static String call(SystemCall call) {
        StringBuilder text = new StringBuilder(call.name());
        text.append('(').append(list(call.arguments())).append(") = ");
        text.append(expression(call.result()));
        if (!call.errno().isEmpty()) {
            text.append(' ').append(call.errno());
        }
        if (!call.note().isEmpty()) {
            text.append(" (").append(call.note()).append(')');
        }
        return text.toString();
    }

    private static String list(List<Expression> expressions) {
        return expressions.stream().map(Printer::expression).collect(Collectors.joining(", "));
    }

    static String expression(Expression expression) {
        if (expression instanceof Expression.Int number) {
            return number.hex()
                    ? "0x" + Long.toHexString(number.value())
                    : Long.toString(number.value());
        }
        if (expression instanceof Expression.Symbol symbol) {
            return symbol.name();
        }
        if (expression instanceof Expression.Text text) {
            return "\"" + text.value() + "\"" + (text.open() ? "..." : "");
        }
        if (expression instanceof Expression.Anything) {
            return "...";
        }
        if (expression instanceof Expression.Or or) {
            return expression(or.left()) + "|" + expression(or.right());
        }
        if (expression instanceof Expression.Field field) {
            return expression(field.name()) + "=" + expression(field.value());
        }
        if (expression instanceof Expression.Call call) {
            return call.name() + "(" + list(call.arguments()) + ")";
        }
        if (expression instanceof Expression.Array array) {
            return "[" + list(array.elements()) + "]";
        }
        if (expression instanceof Expression.Structure structure) {
            return "{" + list(structure.fields()) + "}";
        }
        throw new AssertionError(expression);
    }

    private static String packet(TcpPacket packet) {
        StringBuilder text = new StringBuilder(packet.outbound() ? "> " : "< ");
        text.append(ip(packet.ip()));
        packet.ports().ifPresent(p -> text.append(p.source() + ">" + p.destination() + " "));
        text.append(flags(packet.flags())).append(' ').append(sequence(packet.sequence()));
        packet.ack().ifPresent(ack -> text.append(" ack ").append(ack));
        packet.window().ifPresent(window -> text.append(" win ").append(window));
        packet.urgent().ifPresent(urgent -> text.append(" urg ").append(urgent));
        text.append(
                packet.options()
                        .map(o -> o.isEmpty() ? "" : " <" + options(o) + ">")
                        .orElse(" <...>"));
        return text.toString();
    }

    static String flags(TcpPacket.Flags flags) {
        StringBuilder text = new StringBuilder();
        int rest = flags.bits() & 0xFF;
        if (flags.has(TcpPacket.Flags.AE)) {
            text.append('A');
        }
        if (rest != 0 || text.length() == 0) {
            Segment.appendFlags(text, rest);
        }
        return flags.ace() < 0 ? text.toString() : text.append(flags.ace()).toString();
    }

    static String sequence(TcpPacket.Sequence sequence) {
        return sequence.any()
                ? "...(" + sequence.length() + ")"
                : "%d:%d(%d)%s"
                        .formatted(
                                sequence.start(),
                                sequence.end(),
                                sequence.length(),
                                sequence.literal() ? "!" : "");
    }

    static String options(List<TcpOption> options) {
        return options.stream().map(Printer::option).collect(Collectors.joining(","));
    }

    static String option(TcpOption option) {
        if (option instanceof TcpOption.Nop) {
            return "nop";
        }
        if (option instanceof TcpOption.End) {
            return "eol";
        }
        if (option instanceof TcpOption.Mss mss) {
            return "mss " + mss.octets();
        }
        if (option instanceof TcpOption.WindowScale scale) {
            return "wscale " + scale.shift();
        }
        if (option instanceof TcpOption.SackPermitted) {
            return "sackOK";
        }
        if (option instanceof TcpOption.Sack sack) {
            return sack.blocks().stream()
                    .map(b -> b.left() + ":" + b.right())
                    .collect(Collectors.joining(" ", "sack ", ""));
        }
        if (option instanceof TcpOption.Timestamps ts) {
            OptionalLong value = ts.value();
            String val = value.isPresent() ? Long.toString(value.getAsLong()) : "...";
            return "TS val " + val + " ecr " + ts.echo() + (ts.literal() ? "!" : "");
        }
        if (option instanceof TcpOption.Foreign foreign) {
            String content = foreign.content();
            return content.isEmpty() ? foreign.keyword() : foreign.keyword() + " " + content;
        }
        throw new AssertionError(option);
    }

    private static String packet(IcmpPacket packet) {
        StringBuilder text = new StringBuilder(packet.outbound() ? "> " : "< ");
        text.append(ip(packet.ip())).append("icmp ").append(packet.type());
        text.append(packet.code().isEmpty() ? "" : " " + packet.code());
        packet.mtu().ifPresent(mtu -> text.append(" mtu ").append(mtu));
        packet.id().ifPresent(id -> text.append(" id ").append(id));
        packet.quoted().ifPresent(q -> text.append(" [").append(sequence(q)).append(']'));
        return text.toString();
    }

    private static String ip(IpInfo ip) {
        List<String> parts = new ArrayList<>();
        if (!ip.ecn().isEmpty()) {
            parts.add(ip.ecn());
        }
        if (ip.typeOfService() >= 0) {
            parts.add("tos 0x" + Integer.toHexString(ip.typeOfService()));
        }
        if (ip.timeToLive() >= 0) {
            parts.add("ttl " + ip.timeToLive());
        }
        if (ip.flowLabel() >= 0) {
            parts.add("flowlabel 0x" + Integer.toHexString(ip.flowLabel()));
        }
        return parts.isEmpty() ? "" : "[" + String.join(",", parts) + "] ";
    }
}
