package io.finwait.examples.custom;

import io.finwait.spi.MailboxTransport;

import java.nio.ByteBuffer;

/** One end of a cable between two endpoints of this JVM; a packet too many is lost. */
final class Cable extends MailboxTransport {

    final Cable other;

    Cable() {
        super(1500);
        other = new Cable(this);
    }

    private Cable(Cable other) {
        super(1500);
        this.other = other;
    }

    @Override
    protected void send(ByteBuffer packet) {
        other.arrived(packet);
    }
}
