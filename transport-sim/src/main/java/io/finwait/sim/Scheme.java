package io.finwait.sim;

/** Place holder until the transport is here. */
final class Scheme {
    private Scheme() {}
}
