package io.finwait.trace;

import io.finwait.spi.Transport;
import io.finwait.spi.TransportProvider;
import io.finwait.spi.TransportUri;
import io.finwait.spi.Transports;

import org.slf4j.LoggerFactory;

/**
 * Opens {@code trace:URI}: the transport of that URI, each packet told in words ({@link TraceTap})
 * to the log of {@code io.finwait.trace.TraceTap}, at level info.
 */
public final class TraceProvider implements TransportProvider {

    /** For {@link java.util.ServiceLoader}. */
    public TraceProvider() {}

    @Override
    public String scheme() {
        return "trace";
    }

    @Override
    public String usage() {
        return "trace:URI    another transport, each packet told to the log in words";
    }

    @Override
    public Transport open(TransportUri uri) {
        Transport below = Transports.open(uri.decorated());
        return new TapTransport(below, new TraceTap(LoggerFactory.getLogger(TraceTap.class)::info));
    }
}
