package io.finwait.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.sim.contract.TransportContract;
import io.finwait.sim.contract.TransportFixture;
import io.finwait.spi.Transport;
import io.finwait.trace.PcapngTap;
import io.finwait.trace.PcapngWriter;
import io.finwait.trace.TapTransport;

import org.junit.jupiter.api.AfterEach;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/** A tap that captures everything keeps the rules of the transport below, also not to allocate. */
class TapTransportContractTest extends TransportContract {

    private final Nowhere nowhere = new Nowhere();
    private PcapngWriter writer;

    @Override
    protected TransportFixture openFixture() {
        writer = new PcapngWriter(nowhere);
        SimNetwork network =
                SimNetwork.seeded(20260101)
                        .links(LinkModel.perfect().delay(5_000_000).rate(10_000_000, 100))
                        .queues(16, 64);
        return new SimFixture(network, this::tapped);
    }

    private Transport tapped(Transport below) {
        try {
            return new TapTransport(below, new PcapngTap(writer, "near", 0));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @AfterEach
    void whatWasSeenWasWritten() throws IOException {
        writer.close();
        assertThat(nowhere.octets).isGreaterThan(40 * writer.packets());
    }

    private static final class Nowhere implements WritableByteChannel {

        private long octets;

        @Override
        public int write(ByteBuffer from) {
            int count = from.remaining();
            from.position(from.limit());
            octets += count;
            return count;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {
            // Nothing is held open.
        }
    }
}
