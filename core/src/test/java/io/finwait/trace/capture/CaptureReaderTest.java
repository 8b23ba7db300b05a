package io.finwait.trace.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finwait.trace.capture.CaptureFiles.Options;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.zip.GZIPOutputStream;

/** Captures in each form in which they come, whole and broken. */
class CaptureReaderTest {

    private static final byte[] FRAME = {0x45, 1, 2, 3, 4, 5, 6};
    private static final int MICROSECONDS = 0xA1B2C3D4;
    private static final int NANOSECONDS = 0xA1B23C4D;
    private static final int RAW = 101;

    private record Read(long number, long timeNs, int linkType, int on, int length, int original) {}

    private static List<Read> read(byte[] file) throws IOException {
        return read(new ByteArrayInputStream(file));
    }

    private static List<Read> read(InputStream in) throws IOException {
        List<Read> all = new ArrayList<>();
        try (CaptureReader reader = CaptureReader.open(in)) {
            CapturedPacket p = new CapturedPacket();
            while (reader.next(p)) {
                byte[] octets = new byte[p.length()];
                p.buffer().get(p.offset(), octets);
                assertThat(octets).startsWith(FRAME[0]);
                all.add(
                        new Read(
                                p.number(),
                                p.timeNs(),
                                p.linkType(),
                                p.interfaceNumber(),
                                p.length(),
                                p.originalLength()));
            }
        }
        return all;
    }

    private static ByteOrder order(boolean big) {
        return big ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void pcapWithMicrosecondsInBothByteOrders(boolean big) throws IOException {
        byte[] file =
                new CaptureFiles(order(big))
                        .pcapHeader(MICROSECONDS, RAW)
                        .pcapPacket(5, 7, FRAME, 7)
                        .pcapPacket(6, 999_999, FRAME, 1500)
                        .octets();

        assertThat(read(file))
                .containsExactly(
                        new Read(1, 5_000_007_000L, RAW, 0, 7, 7),
                        new Read(2, 6_999_999_000L, RAW, 0, 7, 1500));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void pcapWithNanoseconds(boolean big) throws IOException {
        byte[] file =
                new CaptureFiles(order(big))
                        .pcapHeader(NANOSECONDS, 1)
                        .pcapPacket(-1, 123_456_789, FRAME, 7)
                        .octets();

        // Seconds are unsigned: until 2106.
        assertThat(read(file))
                .containsExactly(
                        new Read(1, 0xFFFF_FFFFL * 1_000_000_000L + 123_456_789, 1, 0, 7, 7));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void pcapngWithSectionsInterfacesAndResolutions(boolean big) throws IOException {
        byte[] file =
                new CaptureFiles(order(big))
                        .section()
                        .describe(1, Options.none())
                        .describe(RAW, Options.resolution(9))
                        .enhanced(0, 1_500_000, FRAME, 7)
                        .unknownBlock()
                        .enhanced(1, 1_500_000_001, FRAME, 9)
                        .section()
                        .describe(113, Options.resolution(0x80 | 10))
                        .enhanced(0, 1536, FRAME, 7)
                        .simple(FRAME)
                        .octets();

        assertThat(read(file))
                .containsExactly(
                        new Read(1, 1_500_000_000, 1, 0, 7, 7),
                        new Read(2, 1_500_000_001, RAW, 1, 7, 9),
                        new Read(3, 1_500_000_000, 113, 0, 7, 7),
                        new Read(4, 0, 113, 0, 7, 7));
    }

    @Test
    void pcapngWithAnOffsetAndPicoseconds() throws IOException {
        byte[] file =
                new CaptureFiles(ByteOrder.LITTLE_ENDIAN)
                        .section()
                        .describe(1, Options.offset(100))
                        .describe(1, Options.resolution(12))
                        .enhanced(0, 1, FRAME, 7)
                        .enhanced(1, 2_000_000_005_000L, FRAME, 7)
                        .octets();

        assertThat(read(file))
                .extracting(Read::timeNs)
                .containsExactly(100_000_001_000L, 2_000_000_005L);
    }

    @Test
    void sectionsMayDifferInByteOrder() throws IOException {
        ByteArrayOutputStream both = new ByteArrayOutputStream();
        for (boolean big : new boolean[] {true, false}) {
            both.writeBytes(
                    new CaptureFiles(order(big))
                            .section()
                            .describe(RAW, Options.none())
                            .enhanced(0, 1, FRAME, 7)
                            .octets());
        }

        assertThat(read(both.toByteArray())).hasSize(2);
    }

    @Test
    void compressedWithGzip() throws IOException {
        byte[] plain =
                new CaptureFiles(ByteOrder.LITTLE_ENDIAN)
                        .pcapHeader(MICROSECONDS, RAW)
                        .pcapPacket(5, 7, FRAME, 7)
                        .octets();
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
            gzip.write(plain);
        }

        assertThat(read(packed.toByteArray())).hasSize(1);
    }

    @Test
    void aPacketIsGivenOutAsSoonAsItIsWhole() throws IOException {
        PipedOutputStream writer = new PipedOutputStream();
        try (PipedInputStream pipe = new PipedInputStream(writer, 1 << 16)) {
            CaptureFiles file = new CaptureFiles(ByteOrder.LITTLE_ENDIAN);
            writer.write(file.pcapHeader(MICROSECONDS, RAW).pcapPacket(1, 0, FRAME, 7).octets());
            CaptureReader reader = CaptureReader.open(pipe);
            CapturedPacket packet = new CapturedPacket();

            assertThat(reader.next(packet)).isTrue();

            writer.close();
            assertThat(reader.next(packet)).isFalse();
        }
    }

    @Test
    void aCutFileIsUsedUpToTheCut() throws IOException {
        byte[] file =
                new CaptureFiles(ByteOrder.LITTLE_ENDIAN)
                        .pcapHeader(MICROSECONDS, RAW)
                        .pcapPacket(1, 0, FRAME, 7)
                        .pcapPacket(2, 0, FRAME, 7)
                        .octets();
        CaptureReader reader =
                CaptureReader.open(new ByteArrayInputStream(file, 0, file.length - 1));
        CapturedPacket packet = new CapturedPacket();

        assertThat(reader.next(packet)).isTrue();
        assertThatThrownBy(() -> reader.next(packet))
                .isInstanceOf(BrokenCaptureException.class)
                .hasMessage("the file ends inside a packet (at octet 47)");
    }

    @Test
    void whatIsNoCaptureIsSaid() {
        assertThatThrownBy(() -> read(new byte[0])).hasMessageContaining("the file is empty");
        assertThatThrownBy(() -> read(new byte[3])).hasMessageContaining("ends after 3 octets");
        assertThatThrownBy(
                        () ->
                                read(
                                        "GET / HTTP/1.1"
                                                .getBytes(
                                                        java.nio.charset.StandardCharsets
                                                                .US_ASCII)))
                .isInstanceOf(BrokenCaptureException.class)
                .hasMessageContaining("not a pcap or pcapng file");
    }

    @Test
    void spoiltFilesEndInASentence() throws IOException {
        long seed = 4711;
        Random random = new Random(seed);
        List<byte[]> whole = new ArrayList<>();
        for (boolean big : new boolean[] {true, false}) {
            CaptureFiles pcap = new CaptureFiles(order(big)).pcapHeader(MICROSECONDS, 1);
            CaptureFiles ng =
                    new CaptureFiles(order(big))
                            .section()
                            .describe(1, Options.resolution(9))
                            .describe(RAW, Options.offset(3));
            for (int i = 0; i < 20; i++) {
                byte[] frame = new byte[random.nextInt(120)];
                random.nextBytes(frame);
                pcap.pcapPacket(i, i, frame, frame.length);
                ng.enhanced(i & 1, i, frame, frame.length).simple(frame);
            }
            whole.add(pcap.octets());
            whole.add(ng.octets());
        }
        int broken = 0;
        for (int round = 0; round < 20_000; round++) {
            byte[] spoilt = whole.get(round % whole.size()).clone();
            for (int i = random.nextInt(4); i >= 0; i--) {
                spoilt[random.nextInt(spoilt.length)] = (byte) random.nextInt(256);
            }
            broken += readsToTheEndOrIsBroken(spoilt, "seed " + seed + " round " + round) ? 0 : 1;
        }
        assertThat(broken).isBetween(1_000, 19_000);
    }

    private static boolean readsToTheEndOrIsBroken(byte[] file, String which) throws IOException {
        try (CaptureReader reader = CaptureReader.open(new ByteArrayInputStream(file))) {
            CapturedPacket packet = new CapturedPacket();
            SeenSegment segment = new SeenSegment();
            while (reader.next(packet)) {
                segment.read(packet);
            }
            return true;
        } catch (BrokenCaptureException e) {
            assertThat(e.getMessage()).as(which).contains("octet ");
            return false;
        }
    }
}
