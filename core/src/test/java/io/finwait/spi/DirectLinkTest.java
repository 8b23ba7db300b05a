package io.finwait.spi;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** A link in memory: in order, without loss, and without room when the peer does not receive. */
class DirectLinkTest {

    private static int fill(DirectLink link, int first) {
        int count = 0;
        for (Packet packet = link.claim(4); packet != null; packet = link.claim(4)) {
            packet.buffer().putInt(packet.offset(), first + count);
            link.commit(packet, 0);
            count++;
        }
        return count;
    }

    /** As many packets as have half a mebibyte together, from 8 to 256; half of them on the way. */
    @ParameterizedTest
    @CsvSource({"1500, 14, 128", "576, 0, 128", "65535, 1, 4", "9000, 0, 16", "65000, 14, 4"})
    void halfOfThePlacesAreOnTheWay(int mtu, int headroom, int most) {
        DirectLink[] ends =
                DirectLink.pair(
                        new Capabilities(mtu, headroom, mtu, true, true, true, true, false));
        assertThat(ends[1].capabilities().mtu()).isEqualTo(mtu);
        PacketBatch batch = new PacketBatch(3);
        int sent = 0;
        int received = 0;
        for (int round = 0; round < 40; round++) {
            sent += fill(ends[0], sent);
            assertThat(sent - received).isEqualTo(most);
            assertThat(ends[1].claim(1)).as("the other direction").isNotNull();
            assertThat(ends[1].receive(batch, 0)).isEqualTo(3);
            for (int i = 0; i < 3; i++) {
                Packet packet = batch.get(i);
                assertThat(packet.length()).isEqualTo(4);
                assertThat(packet.headroom()).isEqualTo(headroom);
                assertThat(packet.buffer().getInt(packet.offset())).isEqualTo(received++);
            }
            assertThat(ends[1].receive(batch, 0)).as("the batch is full").isZero();
            batch.clear();
        }
        PacketBatch rest = new PacketBatch(most);
        assertThat(ends[1].receive(rest, 0)).isEqualTo(most - 3);
        assertThat(ends[1].receive(rest, 0)).isZero();
        assertThat(ends[0].receive(rest, 0)).as("nothing comes back").isZero();
    }

    @Test
    void anAbandonedClaimIsNotSent() {
        DirectLink[] ends = DirectLink.pair();
        ends[0].abandon(ends[0].claim(100));
        assertThat(ends[1].receive(new PacketBatch(1), 0)).isZero();
        assertThat(ends[0].nextDeadlineNs()).isEqualTo(Long.MAX_VALUE);
        assertThat(ends[0].capabilities().mtu()).isEqualTo(1_500);
    }

    /** What a decorator leaves alone reaches the transport below, and its answer comes back. */
    @Test
    void aForwardingTransportForwardsEveryCall() throws ReflectiveOperationException {
        Packet packet = new Packet(ByteBuffer.allocate(10), 0, 10);
        PacketBatch batch = new PacketBatch(1);
        Transport[] pair = DirectLink.pair();
        List<String> called = new ArrayList<>();
        Transport below =
                (Transport)
                        Proxy.newProxyInstance(
                                Transport.class.getClassLoader(),
                                new Class<?>[] {Transport.class},
                                (proxy, method, arguments) -> {
                                    called.add(method.getName());
                                    return answer(method.getReturnType(), packet, pair);
                                });
        Transport above = new ForwardingTransport(below) {};
        for (Method method : Transport.class.getMethods()) {
            Object[] arguments = new Object[method.getParameterCount()];
            for (int i = 0; i < arguments.length; i++) {
                Class<?> type = method.getParameterTypes()[i];
                if (type == int.class) {
                    arguments[i] = 7;
                } else if (type == long.class) {
                    arguments[i] = 9L;
                } else {
                    arguments[i] = type == Packet.class ? packet : batch;
                }
            }
            Object answer = method.invoke(above, arguments);
            assertThat(called).containsExactly(method.getName());
            assertThat(answer).isEqualTo(answer(method.getReturnType(), packet, pair));
            called.clear();
        }
    }

    private static Object answer(Class<?> type, Packet packet, Transport[] pair) {
        if (type == int.class) {
            return 42;
        } else if (type == long.class) {
            return 43L;
        } else if (type == Packet.class) {
            return packet;
        } else if (type == Transport[].class) {
            return pair;
        }
        return type == Capabilities.class ? Capabilities.plain(1_234) : null;
    }

    /** SplitMix64 as Sebastiano Vigna has published it, with his first numbers. */
    @Test
    void aSeededSourceIsSplitMix() {
        RandomSource source = RandomSource.seeded(1_234_567);
        assertThat(source.nextLong()).isEqualTo(6_457_827_717_110_365_317L);
        assertThat(source.nextLong()).isEqualTo(3_203_168_211_198_807_973L);
        assertThat(source.nextLong()).isEqualTo(Long.parseUnsignedLong("9817491932198370423"));
        assertThat(RandomSource.seeded(0).nextLong()).isEqualTo(0xE220A8397B1DCDAFL);
    }

    @Test
    void noNumberOfASecureSourceFollowsFromTheOneBefore() {
        RandomSource source = RandomSource.secure();
        assertThat(source.nextLong()).isNotEqualTo(source.nextLong());
    }

    @Test
    void aLoopbackReceivesWhatItSends() {
        Transport loopback = Transports.open("loopback:");
        Packet packet = loopback.claim(65_535);
        packet.buffer().putInt(packet.offset(), 77);
        loopback.commit(packet.length(30), 0);
        PacketBatch batch = new PacketBatch(2);
        assertThat(loopback.receive(batch, 0)).isEqualTo(1);
        assertThat(batch.get(0).length()).isEqualTo(30);
        assertThat(batch.get(0).buffer().getInt(batch.get(0).offset())).isEqualTo(77);
        loopback.close();
        assertThat(loopback.claim(10)).isNull();
    }
}
