package io.finwait.examples.custom;

import io.finwait.sim.contract.TransportContract;
import io.finwait.sim.contract.TransportFixture;
import io.finwait.spi.Transport;
import io.finwait.wire.IpAddress;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A transport over streams of packets keeps the rules of all transports. */
class PacketStreamsContractTest extends TransportContract {

    @Override
    protected TransportFixture openFixture() {
        return new BothEnds();
    }

    /** What is written by one write is read by one read. */
    private static final class Packets {

        private static final byte[] END = {};

        private final BlockingQueue<byte[]> waiting = new LinkedBlockingQueue<>();

        private InputStream in() {
            return new InputStream() {
                @Override
                public int read() {
                    throw new AssertionError("packets are not read by octets");
                }

                @Override
                public int read(byte[] into, int offset, int length) throws IOException {
                    try {
                        byte[] packet = waiting.take();
                        System.arraycopy(packet, 0, into, offset, packet.length);
                        return packet.length == 0 ? -1 : packet.length;
                    } catch (InterruptedException e) {
                        throw new InterruptedIOException(e.getMessage());
                    }
                }

                @Override
                public void close() {
                    waiting.add(END);
                }
            };
        }

        private OutputStream out() {
            return new OutputStream() {
                @Override
                public void write(int octet) {
                    throw new AssertionError("packets are not written by octets");
                }

                @Override
                public void write(byte[] from, int offset, int length) {
                    waiting.add(Arrays.copyOfRange(from, offset, offset + length));
                }
            };
        }
    }

    private static final class BothEnds implements TransportFixture {

        private Packets there;
        private Packets back;
        private Transport near;

        private BothEnds() {
            open();
        }

        private void open() {
            there = new Packets();
            back = new Packets();
            near = new PacketStreams(back.in(), there.out(), 1400);
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
        public void inject(byte[] octets) {
            back.waiting.add(octets.clone());
        }

        @Override
        public byte[] capture(long withinNs) {
            try {
                return there.waiting.poll(withinNs, TimeUnit.NANOSECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return null;
            }
        }

        @Override
        public void reopen() {
            near.close();
            open();
        }

        @Override
        public void close() {
            near.close();
        }
    }
}
