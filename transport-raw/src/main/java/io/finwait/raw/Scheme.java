package io.finwait.raw;

/** Place holder until the transport is here. */
final class Scheme {
    private Scheme() {}
}
