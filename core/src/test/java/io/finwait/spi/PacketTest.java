package io.finwait.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import java.nio.ByteBuffer;

/** Packets and batches at their edges, and what a transport may declare. */
class PacketTest {

    private final ByteBuffer buffer = ByteBuffer.allocate(100);

    @Test
    void aPacketIsAPartOfItsBuffer() {
        Packet packet = new Packet(buffer, 14, 60);
        assertThat(packet.buffer()).isSameAs(buffer);
        assertThat(packet.offset()).isEqualTo(14);
        assertThat(packet.length()).isEqualTo(60);
        assertThat(packet.headroom()).isEqualTo(14);
        assertThat(packet.segmentSize()).isZero();
        assertThat(packet.checksumOffloaded()).isFalse();
        assertThat(packet).hasToString("Packet[60 octets at 14]");
        assertThat(packet.length(86).length()).isEqualTo(86);
        assertThatThrownBy(() -> packet.length(87)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> packet.set(buffer, 41, 60))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThat(new Packet().length()).isZero();
    }

    /** What an earlier packet in the same object was is forgotten, but for its slot. */
    @Test
    void aPacketThatIsSetAgainIsAnotherOne() {
        Packet packet = new Packet(buffer, 10, 50);
        assertThat(packet.segmentSize(7).checksumOffloaded(true).slot(3).headroom(2))
                .isSameAs(packet);
        assertThat(packet.segmentSize()).isEqualTo(7);
        assertThat(packet.checksumOffloaded()).isTrue();
        assertThat(packet.headroom()).isEqualTo(2);
        ByteBuffer other = ByteBuffer.allocate(30);
        assertThat(packet.set(other, 5, 25)).isSameAs(packet);
        assertThat(packet.buffer()).isSameAs(other);
        assertThat(packet.segmentSize()).isZero();
        assertThat(packet.checksumOffloaded()).isFalse();
        assertThat(packet.headroom()).isEqualTo(5);
        assertThat(packet.slot()).isEqualTo(3);
    }

    @Test
    void theBeginningMovesIntoThePacketAndBack() {
        Packet packet = new Packet(buffer, 20, 60).headroom(8);
        assertThat(packet.moveBeginning(14)).isSameAs(packet);
        assertThat(packet.offset()).isEqualTo(34);
        assertThat(packet.length()).isEqualTo(46);
        assertThat(packet.headroom()).isEqualTo(22);
        packet.moveBeginning(-34);
        assertThat(packet.offset()).isZero();
        assertThat(packet.length()).isEqualTo(80);
        assertThat(packet.headroom()).isEqualTo(-12);
        assertThatThrownBy(() -> packet.moveBeginning(-1))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> packet.moveBeginning(81))
                .isInstanceOf(IndexOutOfBoundsException.class);
        packet.moveBeginning(80);
        assertThat(packet.length()).isZero();
    }

    @Test
    void aBatchTakesSoManyPackets() {
        PacketBatch batch = new PacketBatch(2);
        Packet one = new Packet(buffer, 0, 1);
        Packet other = new Packet(buffer, 0, 2);
        assertThat(batch.room()).isEqualTo(2);
        batch.add(one);
        batch.add(other);
        assertThat(batch.size()).isEqualTo(2);
        assertThat(batch.room()).isZero();
        assertThat(batch.get(0)).isSameAs(one);
        assertThat(batch.get(1)).isSameAs(other);
        assertThatThrownBy(() -> batch.add(one)).isInstanceOf(IllegalStateException.class);
        batch.clear();
        assertThat(batch.room()).isEqualTo(2);
        assertThatThrownBy(() -> batch.get(0)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> new PacketBatch(0)).isInstanceOf(IllegalArgumentException.class);
        assertThat(new PacketBatch(1).room()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({
        "IP, 575, false",
        "IP, 576, true",
        "IP, 65535, true",
        "IP, 65536, false",
        "ETHERNET, 575, false",
        "ETHERNET, 65553, true",
        "ETHERNET, 65554, false"
    })
    void anMtuHasBounds(Medium medium, int mtu, boolean good) {
        if (good) {
            assertThat(declares(mtu, 0, mtu, medium).mtu()).isEqualTo(mtu);
        } else {
            assertThatThrownBy(() -> declares(mtu, 0, mtu, medium))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("mtu " + mtu + " is out of range");
        }
    }

    private static Capabilities declares(int mtu, int headroom, int largest, Medium medium) {
        return new Capabilities(mtu, headroom, largest, false, false, false, false, false, medium);
    }

    @Test
    void whatCannotBeIsRefused() {
        assertThatThrownBy(() -> declares(1_500, 0, 1_499, Medium.IP))
                .hasMessageContaining("smaller than the mtu");
        assertThatThrownBy(() -> declares(1_500, -1, 1_500, Medium.IP))
                .hasMessageContaining("negative");
        assertThatThrownBy(() -> declares(1_500, 0, 1_500, null))
                .isInstanceOf(NullPointerException.class);
    }

    @Test
    void aClaimIsOfOneOctetToTheLargestPacket() {
        Capabilities capabilities = declares(1_500, 0, 9_000, Medium.IP);
        capabilities.requireClaimable(1);
        capabilities.requireClaimable(9_000);
        for (int length : new int[] {-1, 0, 9_001}) {
            assertThatThrownBy(() -> capabilities.requireClaimable(length))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("claim 1 to 9000");
        }
    }

    @ParameterizedTest
    @EnumSource(Medium.class)
    void theMediumChangesNothingElse(Medium medium) {
        Capabilities all = new Capabilities(1_500, 14, 9_000, true, true, true, true, true);
        assertThat(all.medium()).isSameAs(Medium.IP);
        assertThat(all.withMedium(medium))
                .isEqualTo(
                        new Capabilities(1_500, 14, 9_000, true, true, true, true, true, medium));
        assertThat(Capabilities.plain(1_400))
                .isEqualTo(new Capabilities(1_400, 0, 1_400, false, false, false, false, true));
    }
}
