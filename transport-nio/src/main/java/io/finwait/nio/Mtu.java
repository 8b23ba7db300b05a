package io.finwait.nio;

import io.finwait.spi.Capabilities;
import io.finwait.spi.TransportUri;

/** The parameter {@code mtu} of a URI. */
final class Mtu {

    private Mtu() {}

    static int of(TransportUri uri, int otherwise, int most) {
        return uri.parameter("mtu", otherwise, Capabilities.SMALLEST_MTU, most);
    }
}
