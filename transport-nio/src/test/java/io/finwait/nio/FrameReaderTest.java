package io.finwait.nio;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.spi.Medium;
import io.finwait.spi.Packet;
import io.finwait.spi.PacketBatch;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Frames in a stream that comes in pieces of any length, many at once or octet by octet. */
class FrameReaderTest {

    private final FrameReader reader = new FrameReader(Medium.IP);

    /** A stream in pieces; it has nothing more for now whenever a piece is over. */
    private static final class Pieces implements ReadableByteChannel {

        private final ByteBuffer stream;
        private final Random random;
        private final int longest;

        Pieces(byte[] stream, Random random, int longest) {
            this.stream = ByteBuffer.wrap(stream);
            this.random = random;
            this.longest = longest;
        }

        @Override
        public int read(ByteBuffer into) {
            if (!stream.hasRemaining()) {
                return -1;
            }
            int most = Math.min(into.remaining(), stream.remaining());
            int octets = Math.min(most, random.nextInt(longest + 1));
            into.put(into.position(), stream, stream.position(), octets);
            into.position(into.position() + octets);
            stream.position(stream.position() + octets);
            return octets;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {}
    }

    /**
     * Long and short packets; with long pieces the buffer fills up behind its middle, again and
     * again.
     */
    @ParameterizedTest
    @ValueSource(ints = {1, 7, 1_000, 70_000, 250_000})
    void everyFrameComesWholeAndInOrder(int longestPiece) throws IOException {
        Random random = new Random(longestPiece);
        List<byte[]> packets = new ArrayList<>();
        int total = 0;
        int most = longestPiece < 100 ? 20_000 : 3_000_000;
        while (total < most) {
            boolean large = random.nextInt(8) == 0 && longestPiece >= 100;
            byte[] packet = new byte[20 + random.nextInt(large ? 65_516 : 200)];
            random.nextBytes(packet);
            packets.add(packet);
            total += 4 + packet.length;
        }
        ByteBuffer stream = ByteBuffer.allocate(total);
        packets.forEach(packet -> stream.putInt(packet.length).put(packet));
        Pieces pieces = new Pieces(stream.array(), random, longestPiece);
        int seen = 0;
        while (reader.verdict() == FrameReader.Verdict.GOES_ON || reader.hasFrame()) {
            PacketBatch batch = new PacketBatch(1 + random.nextInt(64));
            int added = reader.read(pieces, batch);
            assertThat(added).isEqualTo(batch.size());
            for (int i = 0; i < added; i++) {
                assertThat(octets(batch.get(i))).as("packet %d", seen).isEqualTo(packets.get(seen));
                seen++;
            }
        }
        assertThat(seen).isEqualTo(packets.size());
        assertThat(reader.verdict()).isEqualTo(FrameReader.Verdict.ENDED);
    }

    /** 65,535 octets and their length stand in what is left of the buffer behind its middle. */
    @Test
    void theLongestFrameFitsWhereverItBegins() throws IOException {
        byte[] longest = new byte[FrameReader.LONGEST];
        new Random(1).nextBytes(longest);
        ByteBuffer stream = ByteBuffer.allocate(8 * (4 + longest.length));
        for (int i = 0; i < 8; i++) {
            stream.putInt(longest.length).put(longest);
        }
        Pieces pieces = new Pieces(stream.array(), new Random(2), 1 << 20);
        int seen = 0;
        for (int calls = 0; calls < 1_000 && seen < 8; calls++) {
            PacketBatch batch = new PacketBatch(1);
            seen += reader.read(pieces, batch);
            if (batch.size() > 0) {
                assertThat(octets(batch.get(0))).isEqualTo(longest);
            }
        }
        assertThat(seen).isEqualTo(8);
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 19, 65_536, Integer.MAX_VALUE, Integer.MIN_VALUE})
    void aLengthThatCantBeBreaksTheStreamBehindWhatCameBefore(int length) throws IOException {
        byte[] good = new byte[20];
        Arrays.fill(good, (byte) 7);
        ByteBuffer stream = ByteBuffer.allocate(100);
        stream.putInt(20).put(good).putInt(length);
        PacketBatch batch = new PacketBatch(8);
        Pieces pieces = new Pieces(stream.array(), new Random(3), 1_000);
        for (int i = 0; i < 10 && reader.verdict() == FrameReader.Verdict.GOES_ON; i++) {
            reader.read(pieces, batch);
        }
        assertThat(batch.size()).isEqualTo(1);
        assertThat(reader.verdict()).isEqualTo(FrameReader.Verdict.BROKEN);
        reader.reset();
        assertThat(reader.verdict()).isEqualTo(FrameReader.Verdict.GOES_ON);
        assertThat(reader.hasFrame()).isFalse();
    }

    private static byte[] octets(Packet packet) {
        byte[] octets = new byte[packet.length()];
        packet.buffer().get(packet.offset(), octets);
        return octets;
    }
}
