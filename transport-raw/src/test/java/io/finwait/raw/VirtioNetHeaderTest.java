package io.finwait.raw;

import static org.assertj.core.api.Assertions.assertThat;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.finwait.spi.Packet;
import io.finwait.wire.Ipv4;
import io.finwait.wire.Protocol;

import org.junit.jupiter.api.Test;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/** The header in front of packets of a device that offloads. */
class VirtioNetHeaderTest {

    /** Its room has held the header of a TCP segment, which was longer than this datagram. */
    @Test
    void nothingOfAnEarlierPacketIsLeftForADatagram() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(VirtioNetHeader.LENGTH, 8);
            memory.fill((byte) 0x7F);
            ByteBuffer b = ByteBuffer.allocate(31);
            Ipv4.write(b, 0, 31, 0, 0, 64, Protocol.UDP, 1, 2);
            Packet datagram = new Packet(b, 0, 31);
            VirtioNetHeader.write(memory, 0, VirtioNetHeader.LENGTH, datagram, false);
            // Flags, type of segmentation, and the length of the headers.
            assertThat(memory.get(JAVA_INT, 0)).isZero();
        }
    }
}
