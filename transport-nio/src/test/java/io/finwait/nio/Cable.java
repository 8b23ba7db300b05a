package io.finwait.nio;

import io.finwait.spi.MailboxTransport;

import java.nio.ByteBuffer;

/** One end of a cable between two drivers of this JVM. */
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
