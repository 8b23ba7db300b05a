package io.finwait.spi;

import java.security.SecureRandom;

/**
 * Where an endpoint takes all its randomness from: keys of its hashes and of initial sequence
 * numbers (RFC 6528), ports (RFC 6056), cookies. With a seeded source the same inputs give the same
 * octets.
 */
@FunctionalInterface
public interface RandomSource {

    /** The next 64 random bits. */
    long nextLong();

    /** Unpredictable, for use on a real network. */
    static RandomSource secure() {
        return new SecureRandom()::nextLong;
    }

    /**
     * Repeatable, for simulations and tests (SplitMix64); never use it where an attacker may send.
     *
     * @param seed equal seeds give equal sequences
     */
    static RandomSource seeded(long seed) {
        return new SplitMix(seed);
    }
}
