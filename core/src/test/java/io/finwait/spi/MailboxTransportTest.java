package io.finwait.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * What a subclass has to know; the rules of all transports are the contract of the examples' cable.
 */
class MailboxTransportTest {

    private static final int MTU = 576;

    private static final class Sheets extends MailboxTransport {
        private final List<ByteBuffer> sent = new ArrayList<>();
        private int releases;

        Sheets() {
            super(MTU);
        }

        @Override
        protected void send(ByteBuffer packet) {
            sent.add(packet);
        }

        @Override
        protected void release() {
            releases++;
        }

        boolean comes(ByteBuffer packet) {
            return arrived(packet);
        }
    }

    private final Sheets sheets = new Sheets();
    private final PacketBatch batch = new PacketBatch(512);

    @Test
    void whatLiesBetweenPositionAndLimitArrivesBigEndian() {
        ByteBuffer octets = ByteBuffer.allocate(100).order(ByteOrder.LITTLE_ENDIAN);
        octets.put(30, (byte) 1).position(30).limit(50);
        assertThat(sheets.comes(octets)).isTrue();
        assertThat(sheets.receive(batch, 0)).isEqualTo(1);
        Packet packet = batch.get(0);
        assertThat(packet.length()).isEqualTo(20);
        assertThat(packet.buffer().getShort(packet.offset())).isEqualTo((short) 0x0100);
    }

    @Test
    void aShortenedPacketIsSentAsLongAsItIsNow() {
        sheets.commit(sheets.claim(100).length(40), 0);
        assertThat(sheets.sent).singleElement().extracting(ByteBuffer::remaining).isEqualTo(40);
    }

    @Test
    void whatIsNoPacketOrTooManyIsLost() {
        assertThat(sheets.comes(ByteBuffer.allocate(0))).isFalse();
        assertThat(sheets.comes(ByteBuffer.allocate(MTU + 1))).isFalse();
        for (int i = 0; i < MailboxTransport.MOST_WAITING; i++) {
            assertThat(sheets.comes(ByteBuffer.allocate(20))).isTrue();
        }
        assertThat(sheets.comes(ByteBuffer.allocate(20))).isFalse();
        assertThat(sheets.receive(batch, 0)).isEqualTo(MailboxTransport.MOST_WAITING);
    }

    @Test
    void aClosedOneNeitherSendsNorReceivesAndReleasesOnce() {
        Packet claimed = sheets.claim(20);
        sheets.comes(ByteBuffer.allocate(20));
        sheets.close();
        sheets.close();
        sheets.commit(claimed, 0);
        assertThat(sheets.releases).isEqualTo(1);
        assertThat(sheets.sent).isEmpty();
        assertThat(sheets.receive(batch, 0)).isZero();
        assertThat(sheets.comes(ByteBuffer.allocate(20))).isFalse();
        assertThat(sheets.claim(20)).isNull();
    }

    @Test
    void aClaimLongerThanTheMtuIsAMistake() {
        assertThatThrownBy(() -> sheets.claim(MTU + 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("577");
    }
}
