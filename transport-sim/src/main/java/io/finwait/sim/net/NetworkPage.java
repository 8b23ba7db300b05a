package io.finwait.sim.net;

import io.finwait.picture.HtmlPage;
import io.finwait.sim.Journal;
import io.finwait.trace.End;

import java.util.ArrayList;
import java.util.List;

/** The connections of a network as a page to look at closely in a browser. */
final class NetworkPage {

    /** A host's connection has come into a state. */
    record StateSeen(String host, ConnectionSockets pair, String from, String to, long nowNs) {}

    /** What was seen of one connection, by whoever sent its first packet. */
    private static final class Talk {

        final ConnectionSockets opener;
        final String openerHost;
        final String otherHost;
        final List<Journal.Entry> packets = new ArrayList<>();

        Talk(ConnectionSockets opener, Journal.Entry first) {
            this.opener = opener;
            openerHost = first.from();
            otherHost = first.to();
        }
    }

    private NetworkPage() {}

    static String render(String title, List<Journal.Entry> entries, List<StateSeen> states) {
        List<Talk> talks = new ArrayList<>();
        for (Journal.Entry each : entries) {
            ConnectionSockets pair = ConnectionSockets.ofSender(each.octets());
            if (pair != null) {
                talk(talks, pair, each).packets.add(each);
            }
        }
        HtmlPage page = new HtmlPage(title);
        talks.forEach(each -> page.add(draw(each, states).done()));
        return page.render();
    }

    private static Talk talk(List<Talk> talks, ConnectionSockets pair, Journal.Entry packet) {
        for (Talk each : talks) {
            if (each.opener.isSameConnection(pair)) {
                return each;
            }
        }
        Talk begun = new Talk(pair, packet);
        talks.add(begun);
        return begun;
    }

    private static PairLadder draw(Talk talk, List<StateSeen> states) {
        PairLadder ladder =
                new PairLadder(
                        talk.openerHost + " " + talk.opener.own(),
                        talk.otherHost + " " + talk.opener.other());
        List<StateSeen> own =
                states.stream().filter(each -> talk.opener.isSameConnection(each.pair())).toList();
        int next = 0;
        for (Journal.Entry each : talk.packets) {
            next = tell(own, next, each.sentNs(), talk, ladder);
            boolean opener = talk.opener.equals(ConnectionSockets.ofSender(each.octets()));
            ladder.packet(each, opener ? End.A : End.B);
        }
        tell(own, next, Long.MAX_VALUE, talk, ladder);
        return ladder;
    }

    /** Tells the states up to a time; returns how many were told by then. */
    private static int tell(
            List<StateSeen> states, int from, long untilNs, Talk talk, PairLadder ladder) {
        int next = from;
        while (next < states.size() && states.get(next).nowNs() <= untilNs) {
            StateSeen each = states.get(next);
            End end = each.pair().equals(talk.opener) ? End.A : End.B;
            if (isFirstOfItsEnd(states, next)) {
                ladder.state(each.nowNs(), end, each.from());
            }
            ladder.state(each.nowNs(), end, each.to());
            next++;
        }
        return next;
    }

    private static boolean isFirstOfItsEnd(List<StateSeen> states, int at) {
        ConnectionSockets pair = states.get(at).pair();
        return states.subList(0, at).stream().noneMatch(each -> each.pair().equals(pair));
    }
}
