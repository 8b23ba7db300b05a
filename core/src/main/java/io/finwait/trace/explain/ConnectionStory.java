package io.finwait.trace.explain;

import java.util.List;

/**
 * What a capture tells of one connection.
 *
 * @param stream its number among the capture's connections, from 0, by the first packet
 * @param opener who opened it; where the SYN is missing, who probably did
 * @param other the other end
 * @param openerIsSure false when the capture misses the SYN
 * @param firstNs when its first packet was captured, since 1970-01-01 UTC
 * @param lastNs its last one
 * @param packets how many there are
 * @param connState Zeek's word for how it stands
 * @param history Zeek's letters for what passed
 * @param ending how it ended
 * @param closedFirst who sent the first FIN or RST: 0 the opener, 1 the other end, -1 nobody
 * @param verdict one sentence
 * @param reasons why it did not end in order, the likeliest first; empty when it did
 * @param seenBy what each application has seen, a sentence each
 * @param timeWait who holds TIME-WAIT and how the pair was used again; may be empty
 * @param remarks what else is worth knowing: what slowed it, what the capture misses
 * @param packetsToSee its telling packets, in the order of the capture
 */
public record ConnectionStory(
        int stream,
        SideStory opener,
        SideStory other,
        boolean openerIsSure,
        long firstNs,
        long lastNs,
        long packets,
        String connState,
        String history,
        Ending ending,
        int closedFirst,
        String verdict,
        List<Reason> reasons,
        List<String> seenBy,
        String timeWait,
        List<String> remarks,
        List<Seen> packetsToSee) {

    /** Keeps copies of the lists. */
    public ConnectionStory {
        reasons = List.copyOf(reasons);
        seenBy = List.copyOf(seenBy);
        remarks = List.copyOf(remarks);
        packetsToSee = List.copyOf(packetsToSee);
    }

    /** A side by its number: 0 is the opener. */
    public SideStory side(int number) {
        return number == 0 ? opener : other;
    }
}
