package io.finwait.nio;

import io.finwait.sim.FaultTransport;
import io.finwait.sim.LinkModel;
import io.finwait.sim.contract.TransportContract;
import io.finwait.sim.contract.TransportFixture;
import io.finwait.spi.PacketBatch;
import io.finwait.spi.Transport;
import io.finwait.trace.TapTransport;
import io.finwait.trace.TraceTap;
import io.finwait.wire.IpAddress;

import org.junit.jupiter.api.Nested;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.util.Arrays;

/** The transport contract for {@code udp:}; the far end is an ordinary datagram socket. */
class DatagramContractTest {

    @Nested
    class WithAFixedPeer extends TransportContract {
        @Override
        protected TransportFixture openFixture() throws IOException {
            return new DatagramFixture("127.0.0.1", "10.0.0.1", "10.0.0.2", 1400) {
                @Override
                Transport open(InetSocketAddress local, InetSocketAddress peer, int mtu) {
                    return UdpTransport.between(local, peer, mtu);
                }
            };
        }
    }

    @Nested
    class OverIpv6WithTheLargestPackets extends TransportContract {
        @Override
        protected TransportFixture openFixture() throws IOException {
            return new DatagramFixture("::1", "fd00::1", "fd00::2", UdpTransport.LARGEST_MTU) {
                @Override
                Transport open(InetSocketAddress local, InetSocketAddress peer, int mtu) {
                    return UdpTransport.between(local, peer, mtu);
                }
            };
        }
    }

    @Nested
    class WithWhoeverSendsFirst extends TransportContract {
        @Override
        protected TransportFixture openFixture() throws IOException {
            return new DatagramFixture("127.0.0.1", "10.0.0.1", "10.0.0.2", 1400) {
                @Override
                Transport open(InetSocketAddress local, InetSocketAddress peer, int mtu) {
                    return UdpTransport.withFirst(local, mtu);
                }
            };
        }
    }

    @Nested
    class WithManyPeers extends TransportContract {
        @Override
        protected TransportFixture openFixture() throws IOException {
            return new DatagramFixture("127.0.0.1", "fd00::1", "fd00::2", 1280) {
                @Override
                Transport open(InetSocketAddress local, InetSocketAddress peer, int mtu) {
                    return UdpTransport.withMany(local, mtu);
                }
            };
        }
    }

    /** Decorators in one line each around the same; the far end sees no difference. */
    @Nested
    class TappedAndTraced extends TransportContract {
        @Override
        protected TransportFixture openFixture() throws IOException {
            return new DatagramFixture("127.0.0.1", "10.0.0.1", "10.0.0.2", 1400) {
                @Override
                Transport open(InetSocketAddress local, InetSocketAddress peer, int mtu) {
                    return UdpTransport.between(local, peer, mtu);
                }

                @Override
                Transport decorated(Transport udp) {
                    return new TapTransport(udp, new TraceTap(line -> {}));
                }
            };
        }
    }

    @Nested
    class WithFaults extends TransportContract {
        @Override
        protected TransportFixture openFixture() throws IOException {
            LinkModel bad = LinkModel.perfect().duplication(0.1).reordering(0.1, 1_000_000);
            return new DatagramFixture("127.0.0.1", "10.0.0.1", "10.0.0.2", 1400) {
                @Override
                Transport open(InetSocketAddress local, InetSocketAddress peer, int mtu) {
                    return UdpTransport.between(local, peer, mtu);
                }

                @Override
                Transport decorated(Transport udp) {
                    return new FaultTransport(udp, bad, bad, 7);
                }
            };
        }
    }

    /** Near: the transport; far: a socket of the JDK at the port that the near end sends to. */
    private abstract static class DatagramFixture implements TransportFixture {

        private final DatagramSocket far;
        private final IpAddress nearAddress;
        private final IpAddress farAddress;
        private final int mtu;
        private final InetAddress host;
        private InetSocketAddress nearPort;
        private Transport near;

        DatagramFixture(String host, String nearAddress, String farAddress, int mtu)
                throws IOException {
            this.host = InetAddress.getByName(host);
            this.nearAddress = IpAddress.parse(nearAddress);
            this.farAddress = IpAddress.parse(farAddress);
            this.mtu = mtu;
            far = new DatagramSocket(0, this.host);
            far.setReceiveBufferSize(4 << 20);
            nearPort = new InetSocketAddress(this.host, 0);
            openNear();
        }

        abstract Transport open(InetSocketAddress local, InetSocketAddress peer, int mtu);

        Transport decorated(Transport udp) {
            return udp;
        }

        private void openNear() {
            InetSocketAddress peer = new InetSocketAddress(host, far.getLocalPort());
            UdpTransport udp = (UdpTransport) open(nearPort, peer, mtu);
            nearPort = udp.localAddress();
            near = decorated(udp);
            // An empty IP header makes the far end known where the peer is learned.
            byte[] hello = new byte[40];
            hello[0] = (byte) (farAddress.version() << 4);
            if (!farAddress.isV4()) {
                System.arraycopy(farAddress.toInetAddress().getAddress(), 0, hello, 8, 16);
            }
            inject(hello);
            PacketBatch batch = new PacketBatch(1);
            for (int i = 0; i < 100 && batch.size() == 0; i++) {
                near.await(100_000_000);
                near.receive(batch, now());
            }
        }

        @Override
        public Transport near() {
            return near;
        }

        @Override
        public IpAddress nearAddress() {
            return nearAddress;
        }

        @Override
        public IpAddress farAddress() {
            return farAddress;
        }

        @Override
        public void inject(byte[] packet) {
            try {
                far.send(new DatagramPacket(packet, packet.length, nearPort));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public byte[] capture(long withinNs) {
            DatagramPacket packet = new DatagramPacket(new byte[65_535], 65_535);
            try {
                // The JDK has no way to look only: 0 would wait for ever.
                far.setSoTimeout((int) Math.max(1, withinNs / 1_000_000));
                far.receive(packet);
            } catch (SocketTimeoutException e) {
                return null;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return Arrays.copyOf(packet.getData(), packet.getLength());
        }

        @Override
        public void reopen() {
            near.close();
            openNear();
        }

        @Override
        public void close() {
            near.close();
            far.close();
        }
    }
}
