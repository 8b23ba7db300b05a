package io.finwait.sim.net;

import io.finwait.picture.HtmlPage;
import io.finwait.sim.Journal;
import io.finwait.trace.End;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The connections of a network as a page to look at closely in a browser. */
final class NetworkPage {

    /** A host's connection has come into a state. */
    record StateSeen(ConnectionSockets sockets, String from, String to, long nowNs) {}

    /** A browser has to hold them all; the rest stands in the capture. */
    private static final int MOST_CONNECTIONS = 500;

    private static final int MOST_PACKETS = 20_000;

    /** What was seen of one connection, by whoever sent its first packet. */
    private static final class Talk {

        final ConnectionSockets opener;
        final PairLadder ladder;
        final List<StateSeen> states = new ArrayList<>();
        private final Set<ConnectionSockets> begun = new HashSet<>();
        private int told;

        Talk(ConnectionSockets opener, Journal.Entry first) {
            this.opener = opener;
            ladder =
                    new PairLadder(
                            first.from() + " " + opener.own(), first.to() + " " + opener.other());
        }

        private End endOf(ConnectionSockets sockets) {
            return sockets.equals(opener) ? End.A : End.B;
        }

        void packet(Journal.Entry packet, ConnectionSockets sender) {
            tellStates(packet.sentNs());
            ladder.packet(packet, endOf(sender));
        }

        /** Tells the states up to a time. */
        void tellStates(long untilNs) {
            while (told < states.size() && states.get(told).nowNs() <= untilNs) {
                StateSeen each = states.get(told++);
                End end = endOf(each.sockets());
                if (begun.add(each.sockets())) {
                    ladder.state(each.nowNs(), end, each.from());
                }
                ladder.state(each.nowNs(), end, each.to());
            }
        }
    }

    private NetworkPage() {}

    static String render(String title, List<Journal.Entry> entries, List<StateSeen> states) {
        Map<ConnectionSockets, Talk> talks = new LinkedHashMap<>();
        List<Journal.Entry> shown = entries.subList(0, Math.min(entries.size(), MOST_PACKETS));
        for (Journal.Entry each : shown) {
            ConnectionSockets sender = ConnectionSockets.ofSender(each.octets());
            if (sender != null && talks.size() < MOST_CONNECTIONS) {
                talks.computeIfAbsent(sender.connection(), key -> new Talk(sender, each));
            }
        }
        for (StateSeen each : states) {
            Talk talk = talks.get(each.sockets().connection());
            if (talk != null) {
                talk.states.add(each);
            }
        }
        for (Journal.Entry each : shown) {
            ConnectionSockets sender = ConnectionSockets.ofSender(each.octets());
            Talk talk = sender == null ? null : talks.get(sender.connection());
            if (talk != null) {
                talk.packet(each, sender);
            }
        }
        boolean all = shown.size() == entries.size() && talks.size() < MOST_CONNECTIONS;
        HtmlPage page = new HtmlPage(all ? title : title + ", the beginning");
        for (Talk each : talks.values()) {
            each.tellStates(Long.MAX_VALUE);
            page.add(each.ladder.done());
        }
        return page.render();
    }
}
