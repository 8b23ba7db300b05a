package io.finwait.spi;

import java.security.SecureRandom;

/**
 * The source of all randomness of an endpoint: keys of hashes and of initial sequence numbers (RFC
 * 6528), ports (RFC 6056), cookies. With a seeded source the same inputs give the same packets.
 */
@FunctionalInterface
public interface RandomSource {

    /** The next 64 random bits. */
    long nextLong();

    /** A source that can't be predicted, for real networks. */
    static RandomSource secure() {
        return new SecureRandom()::nextLong;
    }

    /**
     * A repeatable source for simulations and tests (SplitMix64); it can be predicted and is not
     * for real networks.
     *
     * @param seed equal seeds give equal sequences
     */
    static RandomSource seeded(long seed) {
        return new SplitMix(seed);
    }
}
