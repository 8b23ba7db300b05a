package io.finwait.tcp.internal.context;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The keyed hash against one of another program, which knows the example of SipHash's authors. */
class SipHashTest {

    /** The key 00 01 … 0f and the text 00 01 … 27, read as little-endian words. */
    @Test
    void fortyOctetsOfSipHash24() {
        SipHash hash = new SipHash(0x0706050403020100L, 0x0f0e0d0c0b0a0908L);
        assertThat(
                        hash.hash(
                                0x0706050403020100L,
                                0x0f0e0d0c0b0a0908L,
                                0x1716151413121110L,
                                0x1f1e1d1c1b1a1918L,
                                0x2726252423222120L))
                .isEqualTo(0x0e3ea96b5304a7d0L);
    }

    @Test
    void everyBitOfTextAndKeyCounts() {
        long zeros = new SipHash(0, 0).hash(0, 0, 0, 0, 0);
        assertThat(zeros).isEqualTo(0xb0c3d7189593ea91L);
        for (int bit = 0; bit < 64; bit++) {
            long one = 1L << bit;
            SipHash plain = new SipHash(0, 0);
            assertThat(plain.hash(one, 0, 0, 0, 0)).isNotEqualTo(zeros);
            assertThat(plain.hash(0, one, 0, 0, 0)).isNotEqualTo(zeros);
            assertThat(plain.hash(0, 0, one, 0, 0)).isNotEqualTo(zeros);
            assertThat(plain.hash(0, 0, 0, one, 0)).isNotEqualTo(zeros);
            assertThat(plain.hash(0, 0, 0, 0, one)).isNotEqualTo(zeros);
            assertThat(new SipHash(one, 0).hash(0, 0, 0, 0, 0)).isNotEqualTo(zeros);
            assertThat(new SipHash(0, one).hash(0, 0, 0, 0, 0)).isNotEqualTo(zeros);
        }
    }
}
