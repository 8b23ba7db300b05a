package io.finwait.sim;

import static io.finwait.sim.Packets.segment;
import static io.finwait.sim.Packets.send;
import static io.finwait.sim.Packets.text;
import static io.finwait.wire.TcpHeader.ACK;
import static io.finwait.wire.TcpHeader.FIN;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.sim.Journal.Entry;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.util.List;

/** What a journal says became of each packet. */
class JournalTest {

    private static final long MILLISECOND = 1_000_000;

    private final SimNetwork network = SimNetwork.seeded(1);
    private final SimTransport client = network.host("client");
    private final Journal journal = new Journal();

    @BeforeEach
    void watch() {
        network.host("server");
        network.observe(journal);
        network.links(LinkModel.perfect().delay(10 * MILLISECOND));
    }

    @Test
    void aPacketIsUnderWayAndThenThere() {
        send(client, segment(FIN | ACK, 7, 0));
        Entry entry = journal.entries().get(0);
        assertThat(entry.from()).isEqualTo("client");
        assertThat(entry.to()).isEqualTo("server");
        assertThat(entry.isDelivered()).isFalse();
        assertThat(entry.deliveredNs()).isEqualTo(-1);
        assertThat(entry.deliveredOctets()).isNull();
        assertThat(entry).hasToString(line(entry, ", under way"));

        network.runFor(10 * MILLISECOND);
        assertThat(entry.isDelivered()).isTrue();
        assertThat(entry.deliveredNs()).isEqualTo(10 * MILLISECOND);
        assertThat(entry.deliveredOctets()).isEqualTo(entry.octets());
        assertThat(entry).hasToString(line(entry, ", arrived 0.010000"));
    }

    private static String line(Entry entry, String fate) {
        String text = entry.toString();
        assertThat(text).startsWith("0.000000 client > server ").contains("7:7(0)");
        return text.substring(0, text.indexOf(',', text.indexOf("win"))) + fate;
    }

    @Test
    void aCopySaysOfWhat() {
        network.packets().first().duplicate(1);
        send(client, text(1));
        network.runFor(10 * MILLISECOND);
        assertThat(journal.entries()).hasSize(2);
        Entry original = journal.entries().get(0);
        Entry copy = journal.entries().get(1);
        assertThat(original.copyOf()).isEqualTo(-1);
        assertThat(copy.copyOf()).isEqualTo(original.number());
        assertThat(copy.number()).isNotEqualTo(original.number());
        assertThat(copy.toString())
                .endsWith(", copy of " + original.number() + ", arrived 0.010000");
        assertThat(original.toString()).doesNotContain("copy");
    }

    @Test
    void whatIsDroppedOrCorruptedSaysSo() {
        network.packets().first().drop();
        network.packets().nth(2).corrupt(3, 1);
        send(client, text(1));
        send(client, text(2));
        network.runFor(10 * MILLISECOND);
        assertThat(journal.entries().get(0).dropped()).isEqualTo(DropReason.RULE);
        assertThat(journal.entries().get(0).toString()).endsWith(", dropped: RULE");
        Entry corrupted = journal.entries().get(1);
        assertThat(corrupted.corruptedIndex()).isEqualTo(3);
        assertThat(corrupted.toString()).endsWith(", octet 3 corrupted, arrived 0.010000");
        byte[] sent = corrupted.octets();
        sent[3] ^= 1;
        assertThat(corrupted.deliveredOctets()).isEqualTo(sent);
    }

    @Test
    void whatIsForgottenIsNotToldOfLater() {
        send(client, text(1));
        journal.clear();
        assertThat(journal.entries()).isEmpty();
        assertThat(journal).hasToString("");
        network.runFor(10 * MILLISECOND);
        send(client, text(2));
        assertThat(journal.entries()).hasSize(1);
    }

    @Test
    void aSegmentInAFrameIsSaidLikeOneWithout() {
        SimNetwork frames = SimNetwork.seeded(1).ethernet();
        SimTransport sender = frames.attach("client");
        frames.attach("server");
        Journal seen = new Journal();
        frames.observe(seen);
        byte[] packet = text(1);
        byte[] frame = new byte[Frames.HEADER + packet.length];
        frame[12] = 8;
        System.arraycopy(packet, 0, frame, Frames.HEADER, packet.length);
        send(sender, frame);
        send(client, packet);
        String content = content(journal.entries());
        assertThat(content).contains("1:11(10)");
        assertThat(content(seen.entries())).isEqualTo(content);
    }

    private static String content(List<Entry> entries) {
        return entries.get(0).toString().replaceFirst(".* > \\w* ", "").replaceFirst(", .*", "");
    }
}
