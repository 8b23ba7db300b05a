package io.finwait.raw;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finwait.spi.Packet;
import io.finwait.spi.PacketBatch;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/** How an XDP socket's memory goes back and forth between the kernel and us. */
@Timeout(60)
class XdpTransportTest {

    private static final int LENGTH = 60;

    private XdpLab lab;
    private XdpTransport near;
    private PacketTransport far;

    @BeforeEach
    void open() {
        lab = new XdpLab();
        for (NetworkNamespace each : List.of(lab.ours, lab.theirs)) {
            // The kernels would send solicitations of their own.
            each.exec("sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=1");
        }
        near = XdpTransport.open(lab.near());
        far =
                PacketTransport.open(
                        PacketOptions.on(XdpLab.FAR).netns(lab.theirs.name()).offload(false));
    }

    @AfterEach
    void close() {
        if (near != null) {
            near.close();
            far.close();
        }
        if (lab != null) {
            lab.close();
        }
    }

    private static byte[] frame(int number) {
        byte[] frame = new byte[LENGTH];
        frame[0] = 2;
        frame[6] = 2;
        frame[12] = (byte) 0x88;
        frame[13] = (byte) 0xB5;
        for (int i = 14; i < LENGTH; i++) {
            frame[i] = (byte) (number >> (i % 3 * 8));
        }
        return frame;
    }

    /** So many frames to the near end, as fast as it goes. */
    private void flood(int first, int count) {
        for (int i = 0; i < count; i++) {
            while (!Wire.send(far, frame(first + i))) {
                far.await(1_000_000);
            }
        }
        far.await(0);
    }

    /** Rule R4: all chunks are filled meanwhile, and only the one that is read is left alone. */
    @Test
    void aFrameThatIsReadIsNotOverwrittenByAFlood() {
        flood(1, 1);
        PacketBatch batch = new PacketBatch(1);
        Wire.receive(near, batch);
        flood(2, 3 * XdpDevice.RECEIVED);
        assertThat(Wire.octets(batch.get(0))).isEqualTo(frame(1));
        assertThat(near.overflowed()).isPositive();
    }

    /** Every chunk comes back: many times as many frames are carried as there are chunks. */
    @Test
    void chunksGoRoundAndRound() {
        PacketBatch batch = new PacketBatch(64);
        int received = 0;
        while (received < 5 * XdpDevice.RECEIVED) {
            flood(received, 64);
            for (int left = 64; left > 0; left -= batch.size()) {
                batch.clear();
                Wire.receive(near, batch);
                for (int i = 0; i < batch.size(); i++) {
                    assertThat(Wire.octets(batch.get(i))).isEqualTo(frame(received++));
                }
            }
        }
        assertThat(near.overflowed()).isZero();
    }

    /** A busy machine may make one await long, and not each of some. */
    private long shortestAwaitOfRoomNs(List<Packet> claimed) {
        long shortest = Long.MAX_VALUE;
        for (int i = 0; i < 5 && shortest >= XdpTransport.LOOK_NS; i++) {
            assertThat(near.claim(LENGTH)).as("the pool is full").isNull();
            long begin = System.nanoTime();
            near.abandon(claimed.removeLast());
            near.await(Wire.LONG_NS);
            shortest = Math.min(shortest, System.nanoTime() - begin);
            claimed.add(near.claim(LENGTH));
        }
        return shortest;
    }

    /** Rule R8, which a full pool shows: what is sent comes back within microseconds. */
    @Test
    void aWaitEndsWhenRoomIsBack() {
        List<Packet> claimed = new ArrayList<>();
        for (Packet each = near.claim(LENGTH); each != null; each = near.claim(LENGTH)) {
            claimed.add(each);
        }
        assertThat(claimed).hasSize(XdpDevice.SENT);
        assertThat(shortestAwaitOfRoomNs(claimed)).isLessThan(XdpTransport.LOOK_NS);
        for (int i = 0; i < claimed.size(); i++) {
            Packet each = claimed.get(i);
            each.buffer().put(each.offset(), frame(i));
            near.commit(each, 0);
        }
        long begin = System.nanoTime();
        Packet again = near.claim(LENGTH);
        while (again == null && System.nanoTime() - begin < Wire.LONG_NS) {
            near.await(Wire.LONG_NS);
            again = near.claim(LENGTH);
        }
        assertThat(System.nanoTime() - begin).isLessThan(Wire.LONG_NS);
        near.abandon(again);
        PacketBatch batch = new PacketBatch(64);
        int next = 0;
        while (next < claimed.size() - near.lost()) {
            // The kernel may have had no room for some at first.
            near.await(0);
            batch.clear();
            Wire.receive(far, batch, 1_000_000);
            for (int i = 0; i < batch.size(); i++, next++) {
                if (near.lost() == 0) {
                    assertThat(Wire.octets(batch.get(i))).isEqualTo(frame(next));
                }
            }
        }
    }

    /** What the interface refuses while it is down is lost; what it has in its ring is not. */
    @Test
    void anInterfaceThatIsDownTakesNoRoom() {
        lab.ours.exec("ip", "link", "set", XdpLab.NEAR, "down");
        for (int i = 0; i < 3 * XdpDevice.SENT; i++) {
            assertThat(Wire.send(near, frame(i))).isTrue();
            near.await(0);
        }
        assertThat(near.lost()).isEqualTo(3L * XdpDevice.SENT - 1);
        lab.ours.exec("ip", "link", "set", XdpLab.NEAR, "up");
        assertThat(Wire.send(near, frame(9))).isTrue();
        near.await(0);
        assertThat(Wire.next(far)).isEqualTo(frame(0));
        assertThat(Wire.next(far)).isEqualTo(frame(9));
    }

    /** Nothing tells it: neither the socket, from which nothing comes, nor a frame that is sent. */
    @Test
    void aRemovedInterfaceIsNoticedWithoutTraffic() {
        lab.ours.exec("ip", "link", "del", XdpLab.NEAR);
        PacketBatch batch = new PacketBatch(4);
        assertThatThrownBy(() -> Wire.receive(near, batch))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("the interface 'fwx0' is gone");
    }

    /** The kernel would take a frame without a header for what it is not. */
    @Test
    void whatIsShorterThanAHeaderIsNotSent() {
        assertThat(Wire.send(near, new byte[13])).isTrue();
        assertThat(Wire.send(near, frame(1))).isTrue();
        near.await(0);
        assertThat(Wire.next(far)).isEqualTo(frame(1));
    }
}
