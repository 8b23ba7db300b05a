package io.finwait.sim.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.link.EthernetConfig;
import io.finwait.link.EthernetCounters.Counter;
import io.finwait.link.EthernetTransport;
import io.finwait.sim.SimNetwork;
import io.finwait.sim.SimObserver;
import io.finwait.sim.SimPacket;
import io.finwait.sim.SimParticipant;
import io.finwait.sim.SimTransport;
import io.finwait.spi.Packet;
import io.finwait.spi.PacketBatch;
import io.finwait.spi.RandomSource;
import io.finwait.wire.IpAddress;

import java.util.ArrayList;
import java.util.List;

/**
 * An Ethernet in virtual time with one host of ours and any number of others, which say what the
 * test wants and hear everything.
 */
final class Lan {

    static final long SECOND = 1_000_000_000L;
    static final long OURS = 0x02_00_00_00_00_01L;
    static final long PEERS = 0x02_00_00_00_00_02L;
    static final long FORGERS = 0x02_00_00_00_00_66L;

    final SimNetwork net = SimNetwork.seeded(7).ethernet();
    final SimTransport peer;
    final EthernetTransport us;

    /** What arrived at us as IP packets. */
    final List<byte[]> packets = new ArrayList<>();

    private final List<String> said = new ArrayList<>();
    private final PacketBatch batch = new PacketBatch(64);

    Lan(EthernetConfig config) {
        us =
                new EthernetTransport(
                        net.attach("us"),
                        config.mac("02:00:00:00:00:01").random(RandomSource.seeded(3)));
        peer = net.attach("peer");
        net.observe(
                new SimObserver() {
                    @Override
                    public void sent(long nowNs, SimPacket packet) {
                        if (packet.from().equals("us")) {
                            said.add(Words.of(packet.octets()));
                        }
                    }
                });
        net.add("us", SimParticipant.of(this::work, us::nextDeadlineNs));
    }

    private int work(long nowNs) {
        batch.clear();
        int received = us.receive(batch, nowNs);
        for (int i = 0; i < received; i++) {
            Packet packet = batch.get(i);
            byte[] octets = new byte[packet.length()];
            packet.buffer().get(packet.offset(), octets);
            packets.add(octets);
        }
        return received;
    }

    /** What we have said since the last time. */
    List<String> said() {
        List<String> taken = List.copyOf(said);
        said.clear();
        return taken;
    }

    void pass(long ns) {
        net.runFor(ns);
    }

    /** Lets the announcements of the beginning pass. */
    Lan settle() {
        pass(5 * SECOND);
        said.clear();
        return this;
    }

    /** A host says something. */
    void says(byte[] frame) {
        Packet claimed = peer.claim(frame.length);
        claimed.buffer().put(claimed.offset(), frame);
        peer.commit(claimed, net.nowNs());
        pass(1_000);
    }

    /** We send a TCP segment, of which only the addresses matter. */
    void send(String from, String to) {
        byte[] octets = Words.segment(IpAddress.parse(from), IpAddress.parse(to));
        Packet packet = us.claim(octets.length);
        assertThat(packet).as("room").isNotNull();
        packet.buffer().put(packet.offset(), octets);
        us.commit(packet, net.nowNs());
        pass(1_000);
    }

    long count(Counter counter) {
        return us.counters().get(counter);
    }
}
