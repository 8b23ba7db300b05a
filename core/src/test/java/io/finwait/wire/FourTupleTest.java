package io.finwait.wire;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The pair of sockets that names a connection. */
class FourTupleTest {

    private static final IpAddress LOCAL = IpAddress.parse("2001:db8::1");
    private static final IpAddress REMOTE = IpAddress.parse("2001:db8:1::2");

    private final FourTuple tuple = FourTuple.of(LOCAL, 65_535, REMOTE, 40_000);

    @Test
    void tellsItsSockets() {
        assertThat(tuple.localAddress()).isEqualTo(LOCAL);
        assertThat(tuple.localPort()).isEqualTo(65_535);
        assertThat(tuple.remoteAddress()).isEqualTo(REMOTE);
        assertThat(tuple.remotePort()).isEqualTo(40_000);
        assertThat(tuple.sockets()).isEqualTo("2001:db8::1:65535 > 2001:db8:1::2:40000");
        assertThat(tuple.ports()).isEqualTo(0xFFFF_9C40L);
        assertThat(tuple.isV4()).isFalse();
        IpAddress v4 = IpAddress.parse("10.0.0.1");
        assertThat(FourTuple.of(v4, 1, v4, 2).isV4()).isTrue();
        assertThat(FourTuple.of(v4, 1, v4, 2).sockets()).isEqualTo("10.0.0.1:1 > 10.0.0.1:2");
    }

    @Test
    void isTheSameOnlyInAllItsParts() {
        FourTuple copy = new FourTuple();
        assertThat(copy.set(tuple)).isSameAs(copy);
        assertThat(copy.isSame(tuple)).isTrue();
        long[] parts = {LOCAL.high(), LOCAL.low(), REMOTE.high(), REMOTE.low(), 65_535, 40_000};
        for (int part = 0; part < parts.length; part++) {
            for (int bit = 0; bit < (part < 4 ? 64 : 16); bit++) {
                long[] other = parts.clone();
                other[part] ^= 1L << bit;
                copy.set(other[0], other[1], other[2], other[3], (int) other[4], (int) other[5]);
                assertThat(copy.isSame(tuple)).as("bit %d of part %d", bit, part).isFalse();
                assertThat(tuple.isSame(copy)).as("bit %d of part %d", bit, part).isFalse();
            }
        }
    }

    @Test
    void theReceiverOfASegmentSeesItFromTheOtherEnd() {
        IpView ip = new IpView();
        Segment segment = new Segment();
        byte[] packet =
                Octets.of(
                        """
                        60000000 00140640 20010db8 00010000 00000000 00000002
                        20010db8 00000000 00000000 00000001
                        9c40ffff 00000007 00000009 50100064 00000000
                        """);
        assertThat(ip.parse(Octets.placed(packet), Octets.AT, packet.length)).isEqualTo(Verdict.OK);
        assertThat(segment.parse(ip, true)).isEqualTo(Verdict.OK);
        FourTuple seen = new FourTuple();
        assertThat(seen.ofReceiver(segment)).isSameAs(seen);
        assertThat(seen.isSame(tuple)).isTrue();
    }
}
