package io.finwait.sim;

/**
 * Stafford's 64-bit finalizer (variant 13), for seeds that are derived from seeds and for hashes.
 */
final class Mix {

    /** 2^64 divided by the golden ratio, odd. */
    static final long GOLDEN = 0x9E37_79B9_7F4A_7C15L;

    private Mix() {}

    static long mix(long value) {
        long z = value;
        z = (z ^ (z >>> 30)) * 0xBF58_476D_1CE4_E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D0_49BB_1331_11EBL;
        return z ^ (z >>> 31);
    }

    /** A seed of its own for each name and purpose. */
    static long seed(long seed, String purpose) {
        long hash = mix(seed + GOLDEN);
        for (int i = 0; i < purpose.length(); i++) {
            hash = mix(hash + GOLDEN * (purpose.charAt(i) + 1));
        }
        return hash;
    }
}
