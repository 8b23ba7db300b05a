package io.finwait;

import io.finwait.spi.Transport;
import io.finwait.tcp.Endpoint;
import io.finwait.tcp.EndpointConfig;
import io.finwait.tcp.internal.endpoint.TcpEndpoint;

/** The front door: opens endpoints. */
public final class Finwait {

    private Finwait() {}

    /**
     * Opens an endpoint over a transport.
     *
     * @param config its addresses and rules
     * @param transport carries its packets; stays the caller's, who closes it after the endpoint
     */
    public static Endpoint open(EndpointConfig config, Transport transport) {
        return new TcpEndpoint(config, transport);
    }
}
