package io.finwait.tcp.internal.context;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.spi.RandomSource;
import io.finwait.wire.FourTuple;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.BitSet;

/** Pairs of sockets that differ in one part alone stand in different places of the table. */
class HashSpreadTest {

    private static final int PAIRS = 4_096;
    private static final int PLACES = 8_192;

    enum Part {
        REMOTE_PORT,
        LOCAL_PORT,
        REMOTE_LOW,
        REMOTE_HIGH,
        LOCAL_LOW,
        LOCAL_HIGH
    }

    private static FourTuple pair(boolean v4, Part part, int i) {
        long high = v4 ? 0 : 0xFD00L << 48;
        long low = v4 ? 0xFFFF_0A00_0000L : 0;
        return new FourTuple()
                .set(
                        high + (part == Part.LOCAL_HIGH ? i : 0),
                        low + (part == Part.LOCAL_LOW ? i : 1),
                        high + (part == Part.REMOTE_HIGH ? i : 0),
                        low + (part == Part.REMOTE_LOW ? i : 2),
                        part == Part.LOCAL_PORT ? 1 + i : 80,
                        part == Part.REMOTE_PORT ? 1 + i : 5_000);
    }

    private static int placesTaken(Demultiplexer table, boolean v4, Part part) {
        BitSet taken = new BitSet(PLACES);
        for (int i = 0; i < PAIRS; i++) {
            taken.set(table.hash(pair(v4, part, i)) & (PLACES - 1));
        }
        return taken.cardinality();
    }

    /**
     * By chance 3,220 of 8,192 places are taken. One multiplication spreads numbers in a row less
     * evenly with some keys.
     */
    @ParameterizedTest
    @EnumSource(Part.class)
    void nearlyAsManyPlacesAreTakenAsByChance(Part part) {
        for (int seed = 1; seed <= 5; seed++) {
            Demultiplexer table = new Demultiplexer(RandomSource.seeded(seed));
            if (part != Part.LOCAL_HIGH && part != Part.REMOTE_HIGH) {
                assertThat(placesTaken(table, true, part))
                        .as("IPv4, seed %d", seed)
                        .isGreaterThan(2_000);
            }
            assertThat(placesTaken(table, false, part))
                    .as("IPv6, seed %d", seed)
                    .isGreaterThan(2_000);
        }
    }
}
