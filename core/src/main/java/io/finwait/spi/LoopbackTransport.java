package io.finwait.spi;

import java.nio.ByteBuffer;

/**
 * Delivers every packet to the endpoint that has sent it, so that its sockets can reach one another
 * and nobody else. {@code loopback:} opens one ({@link LoopbackProvider}).
 */
public final class LoopbackTransport extends MailboxTransport {

    private static final int MTU = 65_535;

    /** A loopback with an MTU of 65,535 octets. */
    public LoopbackTransport() {
        super(MTU);
    }

    @Override
    protected void send(ByteBuffer packet) {
        arrived(packet);
    }
}
