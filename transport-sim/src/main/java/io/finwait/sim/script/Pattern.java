package io.finwait.sim.script;

/**
 * What streams consist of in scripts: the octet with number n, counted from 1 at the first one, is
 * n modulo 256. So that an octet that is lost, doubled or moved is noticed, which zeros would hide.
 */
final class Pattern {

    private Pattern() {}

    static byte octet(int number) {
        return (byte) number;
    }
}
