package io.finwait.tcp.internal.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.spi.Packet;
import io.finwait.spi.PacketBatch;
import io.finwait.spi.RandomSource;
import io.finwait.tcp.internal.buffer.BlockPool;
import io.finwait.tcp.internal.buffer.LentText;
import io.finwait.tcp.internal.buffer.ReceiveBuffer;
import io.finwait.tcp.internal.buffer.SendBuffer;
import io.finwait.tcp.internal.context.Demultiplexer;
import io.finwait.tcp.internal.loss.NewReno;
import io.finwait.tcp.internal.tcb.Tcb;
import io.finwait.wire.FourTuple;
import io.finwait.wire.IpAddress;
import io.finwait.wire.IpView;
import io.finwait.wire.Ipv4;
import io.finwait.wire.Ipv6;
import io.finwait.wire.Protocol;
import io.finwait.wire.Segment;
import io.finwait.wire.TcpHeader;

import org.junit.jupiter.api.Test;

import java.nio.ByteBuffer;
import java.util.Random;

/** A look ahead changes nothing: what is found behind it is what is found without. */
class ReadAheadTest {

    private static final int BATCH = 16;
    private static final IpAddress LOCAL_4 = IpAddress.parse("10.0.0.1");
    private static final IpAddress LOCAL_6 = IpAddress.parse("fd00::1");

    private final Random random = new Random(1);
    private final Demultiplexer demultiplexer = new Demultiplexer(RandomSource.seeded(1));
    private final PacketBatch batch = new PacketBatch(BATCH);
    private final FourTuple pair = new FourTuple();
    private final Segment[] segments = new Segment[BATCH];

    @Test
    void aSegmentFindsItsTcbWithAndWithoutALook() {
        for (int i = 0; i < 200; i++) {
            register(pair(i));
        }
        int found = 0;
        for (int round = 0; round < 200; round++) {
            ReadAhead looks = new ReadAhead(demultiplexer, BATCH, 1);
            ReadAhead looksNot = new ReadAhead(demultiplexer, BATCH, Integer.MAX_VALUE);
            fillBatch();
            looks.look(batch, 0, BATCH);
            looksNot.look(batch, 0, BATCH);
            for (int i = 0; i < BATCH; i++) {
                if (segments[i] != null) {
                    pair.ofReceiver(segments[i]);
                    Tcb tcb = looks.find(i, pair);
                    assertThat(tcb).isSameAs(looksNot.find(i, pair));
                    found += tcb == null ? 0 : 1;
                }
            }
        }
        assertThat(found).isGreaterThan(1_000);
    }

    /**
     * Some pairs that are registered and some that are not, whole packets and the stumps of some.
     */
    private void fillBatch() {
        batch.clear();
        for (int i = 0; i < BATCH; i++) {
            Packet packet = packet(pair(random.nextInt(250)));
            if (random.nextInt(4) == 0) {
                packet.length(random.nextInt(30));
            }
            batch.add(packet);
            IpView ip = new IpView();
            ip.parse(packet.buffer(), packet.offset(), packet.length());
            Segment segment = new Segment();
            boolean whole = packet.length() >= 40;
            segments[i] = whole ? segment : null;
            if (whole) {
                segment.parse(ip, true);
            }
        }
    }

    private record Pair(IpAddress local, IpAddress remote, int localPort, int remotePort) {}

    private static Pair pair(int number) {
        boolean v4 = number % 2 == 0;
        IpAddress remote = IpAddress.parse((v4 ? "10.0.1." : "fd00::") + (1 + number % 5));
        return new Pair(v4 ? LOCAL_4 : LOCAL_6, remote, 80 + number % 3, 1024 + number);
    }

    private void register(Pair pair) {
        Tcb tcb = new Tcb(new NewReno());
        tcb.localHigh = pair.local.high();
        tcb.localLow = pair.local.low();
        tcb.remoteHigh = pair.remote.high();
        tcb.remoteLow = pair.remote.low();
        tcb.localPort = pair.localPort;
        tcb.remotePort = pair.remotePort;
        tcb.rcv.buffer = new ReceiveBuffer(new BlockPool(1L << 30), new LentText());
        tcb.snd.buffer = new SendBuffer(new BlockPool(1L << 30));
        demultiplexer.add(tcb);
    }

    private static Packet packet(Pair pair) {
        ByteBuffer b = ByteBuffer.allocate(100);
        int header = pair.local.isV4() ? Ipv4.HEADER_LENGTH : Ipv6.HEADER_LENGTH;
        if (pair.local.isV4()) {
            int from = (int) pair.remote.low();
            int to = (int) pair.local.low();
            Ipv4.write(b, 0, header + 20, 0, 0, 64, Protocol.TCP, from, to);
        } else {
            Ipv6.write(
                    b,
                    0,
                    20,
                    0,
                    0,
                    64,
                    Protocol.TCP,
                    pair.remote.high(),
                    pair.remote.low(),
                    pair.local.high(),
                    pair.local.low());
        }
        TcpHeader.write(b, header, pair.remotePort, pair.localPort, 1, 1, 20, TcpHeader.ACK, 100);
        return new Packet(b, 0, header + 20);
    }
}
