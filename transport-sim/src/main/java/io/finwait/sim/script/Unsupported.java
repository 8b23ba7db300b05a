package io.finwait.sim.script;

import io.finwait.sim.script.Event.SystemCall;

import java.util.Set;

/** Finds what Finwait does not speak before a script runs, so that it is skipped, not failed. */
final class Unsupported {

    private static final Set<String> CALLS =
            Set.of(
                    "socket",
                    "bind",
                    "listen",
                    "accept",
                    "connect",
                    "close",
                    "shutdown",
                    "read",
                    "recv",
                    "recvfrom",
                    "recvmsg",
                    "write",
                    "send",
                    "sendto",
                    "getsockopt",
                    "setsockopt",
                    "fcntl",
                    "ioctl");

    /** There is no signal that MSG_NOSIGNAL could suppress. */
    private static final Set<String> MESSAGE_FLAGS =
            Set.of("MSG_PEEK", "MSG_DONTWAIT", "MSG_NOSIGNAL");

    private Unsupported() {}

    /**
     * Looks through a script.
     *
     * @throws UnsupportedScriptException when there is something that can't be run
     */
    static void check(PacketScript script) {
        for (Event event : script.events()) {
            Event.Action action = event.action();
            if (action instanceof TcpPacket packet) {
                check(packet);
            } else if (action instanceof IcmpPacket packet && packet.outbound()) {
                throw new UnsupportedScriptException("ICMP sent by the socket under test");
            } else if (action instanceof SystemCall call) {
                check(call);
            }
            // Everything else is judged when its turn comes.
        }
    }

    private static void check(TcpPacket packet) {
        for (TcpOption option : packet.options().orElse(java.util.List.of())) {
            if (option instanceof TcpOption.Foreign foreign) {
                throw new UnsupportedScriptException(
                        switch (foreign.keyword()) {
                            case "FO", "FOEXP" -> "TCP fast open";
                            case "md5" -> "TCP MD5 signatures";
                            default -> "accurate ECN";
                        });
            }
        }
        if (packet.flags().ace() >= 0) {
            throw new UnsupportedScriptException("accurate ECN");
        }
    }

    /** A flag that nobody reads would make a script test less than it says. */
    private static void checkMessageFlags(Expression argument) {
        if (argument instanceof Expression.Or or) {
            checkMessageFlags(or.left());
            checkMessageFlags(or.right());
        } else if (argument instanceof Expression.Symbol symbol
                && symbol.name().startsWith("MSG_")
                && !MESSAGE_FLAGS.contains(symbol.name())) {
            throw new UnsupportedScriptException("flag " + symbol.name());
        }
    }

    private static void check(SystemCall call) {
        if (!CALLS.contains(call.name())) {
            throw new UnsupportedScriptException("system call " + call.name());
        }
        for (Expression argument : call.arguments()) {
            if (Calls.has(argument, "MSG_FASTOPEN")) {
                throw new UnsupportedScriptException("TCP fast open");
            }
            checkMessageFlags(argument);
        }
    }
}
