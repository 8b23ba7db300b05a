package io.finwait.timewait;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.util.SplittableRandom;

/** The array that grows in chunks against one that does not. */
class LongsTest {

    /** 16,384 longs. */
    private static final int CHUNK = 1 << 14;

    private final Longs longs = new Longs();
    private int length;

    @Test
    void what_is_written_stays_while_it_grows_and_shrinks() {
        long[] model = new long[5 * CHUNK];
        SplittableRandom random = new SplittableRandom(3);
        int turns = 0;
        for (int step = 1; turns < 6; ) {
            growTo(length + step, model, random);
            if (length < 0 || length + 1 >= model.length - 100) {
                while (length > 100) {
                    length -= random.nextInt(1, 100);
                    longs.fit(length);
                    assertRoom();
                    check(model, random.nextInt(length));
                    check(model, length - 1);
                }
                turns++;
            }
            for (int i = 0; i < 3; i++) {
                check(model, random.nextInt(length));
            }
        }
        for (int i = 0; i < length; i++) {
            check(model, i);
        }
    }

    private void growTo(int wanted, long[] model, SplittableRandom random) {
        while (length < wanted) {
            longs.fit(length + 1);
            model[length] = random.nextLong();
            longs.set(length, model[length]);
            length++;
            assertRoom();
        }
    }

    private void check(long[] model, int i) {
        if (longs.get(i) != model[i]) {
            assertThat(longs.get(i)).as("long %d of %d", i, length).isEqualTo(model[i]);
        }
    }

    /** Memory for what is in use, and for less than four chunks more. */
    private void assertRoom() {
        long room = longs.octets() / Long.BYTES;
        if (room < length || room - length > 4L * CHUNK) {
            assertThat(room)
                    .as("room for %d", length)
                    .isBetween((long) length, length + 4L * CHUNK);
        }
    }

    @Test
    void the_first_chunk_doubles_from_64_and_none_after_it_does() {
        assertThat(longs.octets()).isEqualTo(512);
        longs.fit(64);
        assertThat(longs.octets()).isEqualTo(512);
        for (int room = 64; room < CHUNK; room *= 2) {
            longs.fit(room + 1);
            assertThat(longs.octets()).isEqualTo(8L * 2 * room);
        }
        for (int chunks = 1; chunks < 9; chunks++) {
            longs.fit(chunks * CHUNK);
            assertThat(longs.octets()).isEqualTo(8L * chunks * CHUNK);
            longs.fit(chunks * CHUNK + 1);
            assertThat(longs.octets()).isEqualTo(8L * (chunks + 1) * CHUNK);
        }
    }

    /** Two chunks more than what is in use stay, so that one that comes and goes costs nothing. */
    @Test
    void what_is_far_beyond_the_use_is_freed() {
        for (int i = 1; i <= 8 * CHUNK; i++) {
            longs.fit(i);
        }
        longs.fit(5 * CHUNK);
        assertThat(longs.octets()).isEqualTo(8L * 8 * CHUNK);
        longs.fit(5 * CHUNK - 1);
        assertThat(longs.octets()).isEqualTo(8L * 7 * CHUNK);
        longs.fit(0);
        assertThat(longs.octets()).isEqualTo(8L * 3 * CHUNK);
    }
}
