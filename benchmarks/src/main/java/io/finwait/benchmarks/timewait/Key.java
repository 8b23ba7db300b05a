package io.finwait.benchmarks.timewait;

/** The tuple as a map's key, with a hash that spreads well. */
record Key(int local, int remote, int ports) {

    static Key of(int i) {
        return new Key(0x0A00_0001, Candidate.remote(i), 443 << 16 | Candidate.port(i));
    }

    @Override
    public int hashCode() {
        long mixed = ((long) remote << 32 | ports) * 0x9E37_79B9_7F4A_7C15L + local;
        mixed ^= mixed >>> 32;
        return (int) ((mixed * 0xD134_2543_DE82_EF95L) >>> 32);
    }
}
