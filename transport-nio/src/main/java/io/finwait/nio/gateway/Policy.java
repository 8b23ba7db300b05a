package io.finwait.nio.gateway;

import io.finwait.wire.IpAddress;
import io.finwait.wire.IpPrefix;
import io.finwait.wire.Unreachable;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;

/**
 * A {@link Router} of rules; immutable. First the mappings are asked, which send calls to one of
 * the gateway's addresses elsewhere. Then the rules, of which the first that fits counts. What no
 * rule names is let through, except for what no router may pass on: loopback addresses (RFC 1122
 * §3.2.1.3), which would be this machine's own, and link-local ones (RFC 3927 §2.7, RFC 4291
 * §2.5.6), where clouds keep credentials. A rule may let these through as well.
 */
public final class Policy implements Router {

    private static final List<IpPrefix> NEVER =
            List.of(
                    IpPrefix.parse("127.0.0.0/8"),
                    IpPrefix.parse("0.0.0.0/8"),
                    IpPrefix.parse("169.254.0.0/16"),
                    IpPrefix.parse("::/127"),
                    IpPrefix.parse("fe80::/10"));

    private static final Policy STANDARD =
            new Policy(List.of(), List.of(), call -> new Onward.Direct(socket(call)));

    private final List<Rule> rules;
    private final List<Mapping> mappings;
    private final Function<Call, Onward> onwards;

    private record Rule(boolean allows, IpPrefix prefix, int firstPort, int lastPort) {

        boolean fits(Call call) {
            boolean everyPort = firstPort == 0 && lastPort == 65_535;
            return prefix.contains(call.destination())
                    && (everyPort || (call.port() >= firstPort && call.port() <= lastPort));
        }
    }

    private record Mapping(IpAddress from, int port, InetSocketAddress to) {

        boolean fits(Call call) {
            return from.equals(call.destination())
                    && (port == 0 || port == call.port())
                    && call.kind() != Call.Kind.PING;
        }
    }

    private Policy(List<Rule> rules, List<Mapping> mappings, Function<Call, Onward> onwards) {
        this.rules = rules;
        this.mappings = mappings;
        this.onwards = onwards;
    }

    /** Everything goes directly to its destination. */
    public static Policy standard() {
        return STANDARD;
    }

    /**
     * Lets calls through.
     *
     * @param firstPort 0 to 65,535
     * @param lastPort not below {@code firstPort}; 0 to 65,535 stands for all, pings included
     */
    public Policy allow(IpPrefix prefix, int firstPort, int lastPort) {
        return with(new Rule(true, prefix, firstPort, lastPort));
    }

    /** Forbids calls: ICMP says "administratively prohibited". Ports as in {@link #allow}. */
    public Policy deny(IpPrefix prefix, int firstPort, int lastPort) {
        return with(new Rule(false, prefix, firstPort, lastPort));
    }

    private Policy with(Rule rule) {
        Objects.requireNonNull(rule.prefix, "prefix");
        if (rule.firstPort < 0 || rule.lastPort > 65_535 || rule.firstPort > rule.lastPort) {
            throw new IllegalArgumentException(
                    "ports " + rule.firstPort + " to " + rule.lastPort + " are no range of ports");
        }
        List<Rule> more = new ArrayList<>(rules);
        more.add(rule);
        return new Policy(List.copyOf(more), mappings, onwards);
    }

    /**
     * Sends calls to an address elsewhere, whatever the rules say: to a resolver, for instance, or
     * to this machine's loopback address.
     *
     * @param from the address that is called
     * @param port the port that is called, or 0 for every one
     * @param to resolved; with port 0 the port stays
     */
    public Policy map(IpAddress from, int port, InetSocketAddress to) {
        List<Mapping> more = new ArrayList<>(mappings);
        more.add(new Mapping(Objects.requireNonNull(from, "from"), port, to));
        return new Policy(rules, List.copyOf(more), onwards);
    }

    /**
     * The same rules, with connections through a SOCKS5 proxy; datagrams and pings go nowhere.
     *
     * @param user empty for no authentication
     */
    public Policy socks5(InetSocketAddress proxy, String user, String password) {
        return through(
                call ->
                        new Onward.Socks5(
                                proxy, call.destination().toString(), call.port(), user, password));
    }

    /** The same rules, with connections through an HTTP proxy; nothing else is passed on. */
    public Policy httpConnect(InetSocketAddress proxy) {
        return through(
                call -> {
                    String host = call.destination().toString();
                    String quoted = call.destination().isV4() ? host : "[" + host + "]";
                    return new Onward.HttpConnect(proxy, quoted, call.port());
                });
    }

    private Policy through(Function<Call, Onward> proxy) {
        return new Policy(
                rules,
                mappings,
                call ->
                        call.kind() == Call.Kind.TCP
                                ? proxy.apply(call)
                                : new Onward.Forbidden(Unreachable.PROHIBITED));
    }

    @Override
    public Onward route(Call call) {
        for (Mapping each : mappings) {
            if (each.fits(call)) {
                int port = each.to.getPort() == 0 ? call.port() : each.to.getPort();
                return new Onward.Direct(new InetSocketAddress(each.to.getAddress(), port));
            }
        }
        for (Rule each : rules) {
            if (each.fits(call)) {
                return each.allows ? onwards.apply(call) : forbidden();
            }
        }
        boolean never = NEVER.stream().anyMatch(each -> each.contains(call.destination()));
        return never ? forbidden() : onwards.apply(call);
    }

    private static Onward forbidden() {
        return new Onward.Forbidden(Unreachable.PROHIBITED);
    }

    private static InetSocketAddress socket(Call call) {
        return new InetSocketAddress(call.destination().toInetAddress(), call.port());
    }
}
