package io.finwait.sim.net;

import io.finwait.picture.TextLadder;
import io.finwait.sim.Journal;
import io.finwait.tcp.Endpoint;
import io.finwait.trace.End;
import io.finwait.trace.Netstat;
import io.finwait.trace.PacketDirection;
import io.finwait.trace.PcapngWriter;
import io.finwait.wire.IpView;
import io.finwait.wire.Segment;
import io.finwait.wire.Verdict;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a network has seen: flags, ladders and captures of its packets. */
final class Sightings {

    private final SimNet net;
    private final Journal journal;
    private final List<NetworkPage.StateSeen> states = new ArrayList<>();

    Sightings(SimNet net, Journal journal) {
        this.net = net;
        this.journal = journal;
    }

    private List<Journal.Entry> entries() {
        return net.locked(() -> List.copyOf(journal.entries()));
    }

    List<String> packets() {
        List<String> lines = new ArrayList<>();
        for (Journal.Entry each : entries()) {
            lines.add(each.from() + " > " + each.to() + " " + flags(each.octets()));
        }
        return lines;
    }

    List<String> packets(NetHost from, NetHost to) {
        List<String> lines = new ArrayList<>();
        for (Journal.Entry each : entries()) {
            if (each.from().equals(from.name()) && each.to().equals(to.name())) {
                lines.add(flags(each.octets()));
            }
        }
        return lines;
    }

    private static String flags(byte[] octets) {
        IpView ip = new IpView();
        Segment segment = new Segment();
        if (ip.parse(ByteBuffer.wrap(octets), 0, octets.length) != Verdict.OK
                || segment.parse(ip, true) != Verdict.OK) {
            return octets.length + " octets";
        }
        List<String> flags = new ArrayList<>();
        add(flags, segment.hasSyn(), "SYN");
        add(flags, segment.hasFin(), "FIN");
        add(flags, segment.hasRst(), "RST");
        add(flags, segment.textLength() > 0 && segment.hasPsh(), "PSH");
        add(flags, segment.hasAck(), "ACK");
        String text = segment.textLength() > 0 ? "+" + segment.textLength() : "";
        return String.join(",", flags) + text;
    }

    private static void add(List<String> flags, boolean set, String name) {
        if (set) {
            flags.add(name);
        }
    }

    String netstat() {
        StringBuilder text = new StringBuilder();
        for (NetHost each : net.hosts()) {
            if (each.hasBooted()) {
                text.append(each).append('\n').append(state(each)).append('\n');
            }
        }
        return text.toString();
    }

    private String state(NetHost host) {
        return net.ask(host, Sightings::state);
    }

    private static String state(Endpoint endpoint) {
        return Netstat.render(Netstat.rows(endpoint));
    }

    String ladder() {
        Map<String, List<Journal.Entry>> pairs = new LinkedHashMap<>();
        for (Journal.Entry each : entries()) {
            boolean inOrder = each.from().compareTo(each.to()) < 0;
            String pair = inOrder ? each.from() + " " + each.to() : each.to() + " " + each.from();
            pairs.computeIfAbsent(pair, key -> new ArrayList<>()).add(each);
        }
        StringBuilder text = new StringBuilder();
        pairs.values().forEach(each -> text.append(draw(each)).append('\n'));
        return text.toString();
    }

    private static String draw(List<Journal.Entry> packets) {
        String left = packets.get(0).from();
        PairLadder ladder = new PairLadder(left, packets.get(0).to());
        for (Journal.Entry each : packets) {
            ladder.packet(each, each.from().equals(left) ? End.A : End.B);
        }
        return new TextLadder().render(ladder.done());
    }

    void page(Path file) throws IOException {
        List<NetworkPage.StateSeen> seen = net.locked(() -> List.copyOf(states));
        Files.writeString(file, NetworkPage.render("Seed " + net.seed(), entries(), seen));
    }

    /** On the network's thread. */
    void state(NetworkPage.StateSeen seen) {
        states.add(seen);
    }

    void capture(Path file) throws IOException {
        Instant begin = net.clock().instant().minus(net.clock().elapsed());
        long epochNs = begin.getEpochSecond() * 1_000_000_000L;
        try (PcapngWriter writer = PcapngWriter.create(file)) {
            int wire = writer.addInterface("network, seed " + net.seed());
            StateComments comments = new StateComments(net.locked(() -> List.copyOf(states)));
            for (Journal.Entry each : entries()) {
                byte[] octets = each.octets();
                long number =
                        writer.packet(
                                wire,
                                epochNs + each.sentNs(),
                                PacketDirection.SENT,
                                ByteBuffer.wrap(octets),
                                0,
                                octets.length);
                for (String comment : comments.until(each)) {
                    writer.comment(number, comment);
                }
                if (each.dropped() != null) {
                    writer.comment(number, "never arrives: " + each.dropped());
                }
            }
        }
    }
}
