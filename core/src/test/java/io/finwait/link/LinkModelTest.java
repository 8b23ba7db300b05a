package io.finwait.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.spi.Packet;
import io.finwait.wire.IpAddress;

import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** Packets that wait, neighbours in their order, and routes, each against something simple. */
class LinkModelTest {

    private static final int MTU = 1_000;

    private static Neighbour neighbour(int low) {
        Neighbour neighbour = new Neighbour();
        neighbour.begin(0, low);
        return neighbour;
    }

    private static Packet packet(int number, int length) {
        ByteBuffer b = ByteBuffer.allocate(length + 9);
        b.putInt(5, number).put(4 + length, (byte) number);
        return new Packet(b, 5, length).segmentSize(number & 7).checksumOffloaded(number % 2 == 0);
    }

    @RepeatedTest(10)
    void packetsWaitForEachNeighbourInTheirOrder(RepetitionInfo repetition) {
        int seed = repetition.getCurrentRepetition();
        SplittableRandom random = new SplittableRandom(seed);
        WaitingPackets packets = new WaitingPackets(MTU);
        Map<Neighbour, Deque<int[]>> waiting = new HashMap<>();
        List<Neighbour> all = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            all.add(neighbour(i));
            waiting.put(all.get(i), new ArrayDeque<>());
        }
        int count = 0;
        for (int step = 0; step < 8_000; step++) {
            String where = "seed %d, step %d".formatted(seed, step);
            Neighbour one = all.get(random.nextInt(5));
            // It fills, and is emptied, and fills.
            boolean adds = random.nextInt(10) < (step / 2_000 % 2 == 0 ? 9 : 2);
            if (adds) {
                int length = 5 + random.nextInt(random.nextBoolean() ? 128 : MTU);
                boolean fits = length <= MTU && count < WaitingPackets.MOST;
                assertThat(packets.isFull()).as(where).isEqualTo(count == WaitingPackets.MOST);
                assertThat(packets.add(one, packet(step, length))).as(where).isEqualTo(fits);
                if (fits) {
                    waiting.get(one).add(new int[] {step, length});
                    count++;
                }
            } else if (!waiting.get(one).isEmpty()) {
                int[] first = waiting.get(one).remove();
                Packet found = packets.first(one);
                assertThat(found.length()).as(where).isEqualTo(first[1]);
                assertThat(found.buffer().getInt(found.offset())).as(where).isEqualTo(first[0]);
                assertThat(found.buffer().get(found.offset() + first[1] - 1))
                        .as(where)
                        .isEqualTo((byte) first[0]);
                assertThat(found.segmentSize()).isEqualTo(first[0] & 7);
                assertThat(found.checksumOffloaded()).isEqualTo(first[0] % 2 == 0);
                packets.removeFirst(one);
                count--;
            } else {
                assertThat(packets.first(one)).as(where).isNull();
            }
        }
    }

    @Test
    void aPacketLongerThanTheLinkDoesNotWait() {
        WaitingPackets packets = new WaitingPackets(MTU);
        Neighbour one = neighbour(1);
        assertThat(packets.add(one, packet(1, MTU + 1))).isFalse();
        assertThat(packets.first(one)).isNull();
        assertThat(packets.add(one, packet(1, MTU))).isTrue();
        // A small one's room is no room for a long one.
        packets.removeFirst(one);
        assertThat(packets.add(one, packet(2, 128))).isTrue();
        assertThat(packets.add(one, packet(3, 129))).isTrue();
        assertThat(packets.first(one).length()).isEqualTo(128);
    }

    @RepeatedTest(10)
    void neighboursAreFromTheOldestToTheNewest(RepetitionInfo repetition) {
        int seed = repetition.getCurrentRepetition();
        SplittableRandom random = new SplittableRandom(seed);
        NeighbourList list = new NeighbourList();
        List<Neighbour> model = new ArrayList<>();
        for (int step = 0; step < 400; step++) {
            int action = random.nextInt(4);
            if (action == 0 || model.isEmpty()) {
                Neighbour added = neighbour(step);
                list.add(added);
                model.add(added);
            } else if (action == 1) {
                list.remove(model.remove(random.nextInt(model.size())));
            } else {
                Neighbour used = model.remove(random.nextInt(model.size()));
                list.touch(used);
                model.add(used);
            }
            List<Neighbour> found = new ArrayList<>();
            for (Neighbour each = list.oldest(); each != null; each = each.newer) {
                assertThat(each.older)
                        .isSameAs(found.isEmpty() ? null : found.get(found.size() - 1));
                found.add(each);
            }
            assertThat(found).as("seed %d, step %d", seed, step).isEqualTo(model);
            assertThat(list.size()).isEqualTo(model.size());
        }
    }

    private static Routes routes() {
        List<Prefix> own = List.of(Prefix.parse("10.9.0.2/24"), Prefix.parse("fd09::2/64"));
        return new Routes(
                own,
                List.of(
                        route("0.0.0.0/0", "10.9.0.1", own),
                        route("0.0.0.0/0", "10.9.0.254", own),
                        route("10.8.0.0/16", "10.9.0.3", own),
                        route("10.9.0.128/25", "10.9.0.4", own),
                        route("::/0", "fe80::1", own)));
    }

    private static Route route(String network, String gateway, List<Prefix> own) {
        return Route.of(Prefix.parse(network), IpAddress.parse(gateway), own);
    }

    private static String hop(Routes routes, String to, long nowNs) {
        IpAddress address = IpAddress.parse(to);
        return routes.find(address.high(), address.low(), nowNs)
                ? IpAddress.format(routes.hopHigh(), routes.hopLow())
                : "none";
    }

    @Test
    void theLongestPrefixTellsTheWay() {
        Routes routes = routes();
        assertThat(hop(routes, "10.9.0.77", 0)).isEqualTo("10.9.0.77");
        assertThat(hop(routes, "10.9.0.128", 0)).as("a longer prefix").isEqualTo("10.9.0.4");
        assertThat(hop(routes, "10.8.200.1", 0)).isEqualTo("10.9.0.3");
        assertThat(hop(routes, "192.0.2.1", 0)).isEqualTo("10.9.0.1");
        assertThat(hop(routes, "fd09::7", 0)).isEqualTo("fd09::7");
        assertThat(hop(routes, "fe80::7", 0)).as("every neighbour's").isEqualTo("fe80::7");
        assertThat(hop(routes, "2001:db8::1", 0)).isEqualTo("fe80::1");
        Routes alone = new Routes(List.of(Prefix.parse("10.9.0.2/24")), List.of());
        assertThat(hop(alone, "10.9.1.1", 0)).isEqualTo("none");
    }

    /** Another gateway of the same network stands in for half a minute, a shorter prefix not. */
    @Test
    void aGatewayThatFailsIsPassedOver() {
        Routes routes = routes();
        IpAddress first = IpAddress.parse("10.9.0.1");
        IpAddress second = IpAddress.parse("10.9.0.254");
        IpAddress only = IpAddress.parse("10.9.0.3");
        long now = Long.MAX_VALUE - 5;
        routes.failed(first.high(), first.low(), now);
        routes.failed(only.high(), only.low(), now);
        assertThat(hop(routes, "192.0.2.1", now)).isEqualTo("10.9.0.254");
        assertThat(hop(routes, "10.8.0.1", now)).as("it has no other").isEqualTo("10.9.0.3");
        assertThat(hop(routes, "192.0.2.1", now + Routes.FAILED_NS - 1)).isEqualTo("10.9.0.254");
        assertThat(hop(routes, "192.0.2.1", now + Routes.FAILED_NS)).isEqualTo("10.9.0.1");
        routes.failed(second.high(), second.low(), now);
        assertThat(hop(routes, "192.0.2.1", now)).as("both fail").isEqualTo("10.9.0.1");
        routes.works(second.high(), second.low());
        assertThat(hop(routes, "192.0.2.1", now)).isEqualTo("10.9.0.254");
        routes.works(first.high(), first.low());
        assertThat(hop(routes, "192.0.2.1", now)).isEqualTo("10.9.0.1");
    }
}
