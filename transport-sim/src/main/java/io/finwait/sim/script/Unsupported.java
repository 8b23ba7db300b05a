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
                    "sendmsg",
                    "getsockopt",
                    "setsockopt",
                    "poll",
                    "epoll_create",
                    "epoll_create1",
                    "epoll_ctl",
                    "epoll_wait",
                    "fcntl",
                    "ioctl");

    private Unsupported() {}

    /**
     * Looks at an event before its script runs.
     *
     * @throws UnsupportedScriptException when there is something that can't be run
     */
    static void check(Event event) {
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

    private static void check(TcpPacket packet) {
        for (TcpOption option : packet.options().orElse(java.util.List.of())) {
            if (option instanceof TcpOption.Foreign foreign) {
                throw new UnsupportedScriptException(
                        switch (foreign.keyword()) {
                            case "FO", "FOEXP" -> "TCP fast open";
                            case "md5" -> "TCP MD5 signatures";
                            case "udp" -> "TCP over UDP";
                            default -> "accurate ECN";
                        });
            }
        }
        if (packet.flags().ace() >= 0) {
            throw new UnsupportedScriptException("accurate ECN");
        }
    }

    private static void check(SystemCall call) {
        if (!CALLS.contains(call.name())) {
            throw new UnsupportedScriptException("system call " + call.name());
        }
        TransferCalls.check(call);
    }
}
