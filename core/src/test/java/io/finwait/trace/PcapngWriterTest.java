package io.finwait.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finwait.wire.TcpHeader;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

class PcapngWriterTest {

    private static final long STAMP = 1_700_000_000_123_456_789L;
    private static final int SYN = TcpHeader.SYN;
    private static final int ACK = TcpHeader.ACK;
    private static final int FIN = TcpHeader.FIN;

    @TempDir Path folder;

    @Test
    void tsharkReadsStampsCommentsInterfacesAndGoodChecksums() throws Exception {
        Path file = folder.resolve("close.pcapng");
        try (PcapngWriter writer = PcapngWriter.create(file)) {
            int client = writer.addInterface("client");
            int server = writer.addInterface("server");
            ByteBuffer fin = Packets.fromClient(FIN | ACK, 1, 1, 0);
            long number =
                    writer.packet(client, STAMP, PacketDirection.SENT, fin, 0, fin.capacity());
            assertThat(writer.comment(number, "client FIN_WAIT_1")).isTrue();
            assertThat(writer.comment(number, "the first FIN")).isTrue();
            ByteBuffer text = Packets.tcp(6, false, ACK, 1, 2, 13);
            writer.packet(server, STAMP + 1, PacketDirection.RECEIVED, text, 0, text.capacity());
        }

        List<String> lines =
                Tshark.fields(
                        file,
                        "frame.time_epoch",
                        "frame.interface_name",
                        "frame.packet_flags_direction",
                        "frame.comment",
                        "tcp.flags",
                        "tcp.len",
                        "ip.checksum.status",
                        "tcp.checksum.status",
                        "_ws.malformed");

        assertThat(lines)
                .containsExactly(
                        "1700000000.123456789|client|0x00000002|client FIN_WAIT_1,the first FIN"
                                + "|0x0011|0|1|1|",
                        "1700000000.123456790|server|0x00000001||0x0010|13||1|");
    }

    @Test
    void aWrongChecksumIsSeenSoThatGoodOnesMeanSomething() throws Exception {
        Path file = folder.resolve("bad.pcapng");
        try (PcapngWriter writer = PcapngWriter.create(file)) {
            int client = writer.addInterface("client");
            ByteBuffer syn = Packets.fromClient(SYN, 100, 0, 0);
            syn.put(30, (byte) (syn.get(30) + 1));
            writer.packet(client, 0, PacketDirection.SENT, syn, 0, syn.capacity());
        }
        assertThat(Tshark.fields(file, "ip.checksum.status", "tcp.checksum.status"))
                .containsExactly("1|0");
    }

    @Test
    void onlyTheLastPacketTakesAComment() throws Exception {
        PcapngWriter writer = new PcapngWriter(new ByteArrayOutputStream());
        int end = writer.addInterface("end");
        ByteBuffer syn = Packets.fromClient(SYN, 100, 0, 0);
        long first = writer.packet(end, 0, PacketDirection.SENT, syn, 0, syn.capacity());
        long second = writer.packet(end, 1, PacketDirection.SENT, syn, 0, syn.capacity());

        assertThat(writer.comment(first, "too late")).isFalse();
        assertThat(writer.comment(second, "in time")).isTrue();
        writer.flush();
        assertThat(writer.comment(second, "too late")).isFalse();

        long third = writer.packet(end, 2, PacketDirection.SENT, syn, 0, syn.capacity());
        writer.addInterface("another");
        assertThat(writer.comment(third, "an interface stands behind it")).isFalse();
        writer.close();
    }

    @Test
    void everyFlushLeavesWholeBlocks() throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        PcapngWriter writer = new PcapngWriter(out);
        int end = writer.addInterface("end");
        writer.flush();
        assertThat(blocks(out)).containsExactly(0x0A0D0D0A, 1);

        ByteBuffer large = Packets.fromClient(ACK, 1, 1, 1_460);
        for (int i = 0; i < 1_000; i++) {
            long number = writer.packet(end, i, PacketDirection.SENT, large, 0, large.capacity());
            writer.comment(number, "x".repeat(i));
        }
        assertThat(blocks(out)).as("written out in between, in whole blocks").hasSizeGreaterThan(2);
        writer.close();
        assertThat(blocks(out)).hasSize(2 + 1_000);
        assertThat(writer.packets()).isEqualTo(1_000);
    }

    @Test
    void longCommentsGrowTheBuffer() throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        PcapngWriter writer = new PcapngWriter(out);
        int end = writer.addInterface("end");
        ByteBuffer syn = Packets.fromClient(SYN, 100, 0, 0);
        long number = writer.packet(end, 0, PacketDirection.SENT, syn, 0, syn.capacity());
        for (int i = 0; i < 10; i++) {
            assertThat(writer.comment(number, "x".repeat(65_535))).isTrue();
        }
        writer.close();
        assertThat(blocks(out)).containsExactly(0x0A0D0D0A, 1, 6);
        assertThat(out.size()).isGreaterThan(10 * 65_535);
    }

    @Test
    void wrongUseSaysWhatToDo() throws Exception {
        PcapngWriter writer = new PcapngWriter(new ByteArrayOutputStream());
        ByteBuffer syn = Packets.fromClient(SYN, 100, 0, 0);
        assertThatThrownBy(() -> writer.packet(0, 0, PacketDirection.SENT, syn, 0, syn.capacity()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("call addInterface first");
        int end = writer.addInterface("end");
        long number = writer.packet(end, 0, PacketDirection.SENT, syn, 0, syn.capacity());
        assertThatThrownBy(() -> writer.comment(number, "x".repeat(65_536)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("at most 65535");
        writer.close();
        writer.close();
        assertThatThrownBy(() -> writer.addInterface("late"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
    }

    @Test
    void aTapWhoseFileFailsEndsTheCaptureQuietly() throws Exception {
        PcapngWriter writer = new PcapngWriter(new FullDisk());
        PcapngTap tap = new PcapngTap(writer, "end", 0);
        ByteBuffer syn = Packets.fromClient(SYN, 100, 0, 0);
        tap.packet(0, PacketDirection.SENT, syn, 0, syn.capacity());
        tap.idle();
        tap.packet(1, PacketDirection.SENT, syn, 0, syn.capacity());
        assertThat(tap.failure()).hasMessage("no space left on device");
        assertThat(tap.comment("lost")).isFalse();
        assertThat(writer.packets()).isEqualTo(1);
    }

    @Test
    void aTapWritesTheStateOnEachPacketAndWhatItLedToOnTheLast() throws Exception {
        Path file = folder.resolve("states.pcapng");
        try (PcapngWriter writer = PcapngWriter.create(file)) {
            PcapngTap tap = new PcapngTap(writer, "client", STAMP);
            assertThat(tap.comment("nothing has passed")).isFalse();
            ByteBuffer fin = Packets.fromClient(FIN | ACK, 1, 1, 0);
            ByteBuffer ack = Packets.fromServer(ACK, 1, 2, 0);
            tap.state("client FIN_WAIT_1");
            tap.packet(0, PacketDirection.SENT, fin, 0, fin.capacity());
            tap.packet(7, PacketDirection.RECEIVED, ack, 0, ack.capacity());
            assertThat(tap.comment("-> FIN_WAIT_2")).isTrue();
            tap.state("");
            tap.packet(8, PacketDirection.RECEIVED, ack, 0, ack.capacity());
        }
        assertThat(Tshark.fields(file, "frame.time_epoch", "frame.comment"))
                .containsExactly(
                        "1700000000.123456789|client FIN_WAIT_1",
                        "1700000000.123456796|client FIN_WAIT_1,-> FIN_WAIT_2",
                        "1700000000.123456797|");
    }

    /** The types of the blocks; fails when a length is wrong or the last block is not whole. */
    private static List<Integer> blocks(ByteArrayOutputStream out) {
        ByteBuffer b = ByteBuffer.wrap(out.toByteArray());
        List<Integer> types = new java.util.ArrayList<>();
        int at = 0;
        while (at < b.capacity()) {
            int total = b.getInt(at + 4);
            assertThat(total % 4).isZero();
            assertThat(b.getInt(at + total - 4)).isEqualTo(total);
            types.add(b.getInt(at));
            at += total;
        }
        return types;
    }

    private static final class FullDisk extends OutputStream {
        @Override
        public void write(int octet) throws IOException {
            throw new IOException("no space left on device");
        }
    }

    @Test
    void anEmptyCaptureIsAFile() throws Exception {
        Path file = folder.resolve("empty.pcapng");
        PcapngWriter.create(file).close();
        assertThat(Files.size(file)).isPositive();
        assertThat(Tshark.fields(file, "frame.number")).isEmpty();
    }
}
