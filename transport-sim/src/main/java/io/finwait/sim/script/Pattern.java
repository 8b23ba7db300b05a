package io.finwait.sim.script;

/**
 * What streams consist of in scripts: the octet with number n, counted from 1 at the first one, is
 * n modulo 256. A lost, doubled or moved octet is noticed that way; zeros would hide it.
 */
final class Pattern {

    private Pattern() {}

    static byte octet(int number) {
        return (byte) number;
    }
}
