package io.finwait.nio;

/** Place holder until the transport is here. */
final class Scheme {
    private Scheme() {}
}
