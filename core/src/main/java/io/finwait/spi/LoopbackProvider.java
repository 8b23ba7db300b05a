package io.finwait.spi;

/** Opens {@code loopback:}, a {@link LoopbackTransport}. */
public final class LoopbackProvider implements TransportProvider {

    /** For {@link java.util.ServiceLoader}. */
    public LoopbackProvider() {}

    @Override
    public String scheme() {
        return "loopback";
    }

    @Override
    public String usage() {
        return "loopback:    the endpoint and nobody else, for the sockets of one program";
    }

    @Override
    public Transport open(TransportUri uri) {
        uri.requireOnly();
        return new LoopbackTransport();
    }
}
