package io.finwait.nio;

import io.finwait.sim.contract.TransportContract;
import io.finwait.sim.contract.TransportFixture;
import io.finwait.spi.PacketBatch;
import io.finwait.spi.Transport;
import io.finwait.wire.IpAddress;

import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;

/** The transport contract for {@code stream:} and {@code unix:}, both roles. */
class StreamContractTest {

    private static final InetSocketAddress ANY_PORT =
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    @Nested
    class TcpClient extends TransportContract {
        @Override
        protected TransportFixture openFixture() throws IOException {
            return new NearConnects(ANY_PORT, 1500);
        }
    }

    @Nested
    class TcpServer extends TransportContract {
        @Override
        protected TransportFixture openFixture() throws IOException {
            return new NearListens(ANY_PORT, 9000);
        }
    }

    @Nested
    class UnixClient extends TransportContract {
        @TempDir Path folder;

        @Override
        protected TransportFixture openFixture() throws IOException {
            return new NearConnects(UnixDomainSocketAddress.of(folder.resolve("s")), 65_535);
        }
    }

    @Nested
    class UnixServer extends TransportContract {
        @TempDir Path folder;

        @Override
        protected TransportFixture openFixture() throws IOException {
            return new NearListens(UnixDomainSocketAddress.of(folder.resolve("s")), 1500);
        }
    }

    /** What both roles share: addresses, and one connected peer at a time. */
    private abstract static class StreamFixture implements TransportFixture {

        StreamTransport near;
        FramedPeer far;

        final void untilConnected() {
            PacketBatch batch = new PacketBatch(1);
            for (int i = 0; i < 1000 && !near.isConnected(); i++) {
                near.await(10_000_000);
                near.receive(batch, now());
            }
        }

        @Override
        public Transport near() {
            return near;
        }

        @Override
        public IpAddress nearAddress() {
            return IpAddress.parse("10.0.0.1");
        }

        @Override
        public IpAddress farAddress() {
            return IpAddress.parse("10.0.0.2");
        }

        @Override
        public void inject(byte[] packet) {
            far.sendFrame(packet);
        }

        @Override
        public byte[] capture(long withinNs) {
            return far.receiveFrame(withinNs);
        }

        @Override
        public void close() {
            near.close();
            far.close();
        }
    }

    private static final class NearConnects extends StreamFixture {

        private final ServerSocketChannel server;
        private final int mtu;

        NearConnects(SocketAddress at, int mtu) throws IOException {
            server =
                    at instanceof InetSocketAddress
                            ? ServerSocketChannel.open()
                            : ServerSocketChannel.open(StandardProtocolFamily.UNIX);
            server.bind(at);
            this.mtu = mtu;
            connect();
        }

        private void connect() {
            try {
                near = StreamTransport.client(server.getLocalAddress(), mtu);
                far = new FramedPeer(server.accept());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            untilConnected();
        }

        @Override
        public void reopen() {
            near.close();
            far.close();
            connect();
        }

        @Override
        public void close() {
            super.close();
            try {
                server.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static final class NearListens extends StreamFixture {

        private final int mtu;

        NearListens(SocketAddress at, int mtu) {
            this.mtu = mtu;
            listen(at);
        }

        private void listen(SocketAddress at) {
            near = StreamTransport.server(at, mtu);
            try {
                far = new FramedPeer(SocketChannel.open(near.localAddress()));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            untilConnected();
        }

        @Override
        public void reopen() {
            near.close();
            far.close();
            listen(near.localAddress());
        }
    }
}
