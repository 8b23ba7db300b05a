package io.finwait.raw;

import io.finwait.spi.Capabilities;
import io.finwait.spi.Medium;
import io.finwait.spi.Packet;
import io.finwait.spi.PacketBatch;
import io.finwait.spi.Transport;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * A Linux TUN or TAP device: the other end is the kernel of this machine, which routes, or a bridge
 * that the device is a port of. A TUN carries IP packets, a TAP ({@link TunOptions#ethernet})
 * Ethernet frames.
 *
 * <p>{@link #receive} reads the packets that the kernel has sent to the device, {@link #commit}
 * hands one to the kernel, with one system call each; the kernel runs its receiving side before the
 * call returns. Reading, writing and waiting allocate nothing. Opening needs CAP_NET_ADMIN, and
 * Linux.
 *
 * <p>With {@link TunOptions#offload} TCP packets of up to 65,535 octets go both ways with one
 * system call: the kernel cuts a super-packet only where it leaves the machine, or not at all. The
 * checksum field of an outgoing super-packet holds the sum of the pseudo header only, whether or
 * not {@link Packet#checksumOffloaded()} is set, because the kernel writes the checksums of all
 * segments.
 *
 * <p>When the kernel refuses a packet for now (EAGAIN), it is kept and written later, in order;
 * {@link #claim} gives null in the meantime. A packet that the kernel refuses for good (the device
 * is down, or it is no IP packet) is lost, as packets may be, and counted in {@link #lost()}; the
 * log says so, and after a second the connection is told that its network is unreachable, which
 * does not end it. When the device is removed from outside, {@link #receive} throws, so that a
 * driver ends and tells its users why: no other device takes the open file's place.
 */
public final class TunTransport implements Transport {

    private static final Logger LOG = LoggerFactory.getLogger(TunTransport.class);

    private static final int LINK_HEADER = 14;
    private static final int VLAN_TAG = 4;

    /** How many packets one receive takes at most; enough to amortise a round of the endpoint. */
    private static final int BATCH = 64;

    /** What is received in one round should stay in the nearer caches. */
    private static final int RECEIVE_OCTETS = 256 * 1024;

    private final String name;
    private final Capabilities capabilities;
    private final Libc libc = new Libc();

    /** Octets in front of each packet, 0 without offload. */
    private final int header;

    /** Octets in front of each packet altogether. */
    private final int headroom;

    private final boolean frames;
    private final SendPool pool;
    private final Poller poller;

    /** Packets are received one behind the other into this block, from its start in each round. */
    private final MemorySegment block;

    private final ByteBuffer blockBuffer;
    private final Packet[] received = new Packet[BATCH];

    /** Negative after close. */
    private int fd;

    private boolean gone;
    private final Refusals refusals;

    /** Over an open file that gives and takes one packet at a time, and doesn't block. */
    TunTransport(int fd, String name, Capabilities capabilities) {
        this.fd = fd;
        this.name = name;
        this.capabilities = capabilities;
        header = capabilities.headroom();
        frames = capabilities.medium() == Medium.ETHERNET;
        headroom = frames ? SendPool.HEADROOM_OF_FRAMES : SendPool.HEADROOM;
        int largest = SendPool.aligned(capabilities.largestPacket());
        int octets = Math.max(Math.min(BATCH * largest, RECEIVE_OCTETS), largest);
        block = Arena.ofAuto().allocate(octets, SendPool.ALIGNMENT);
        blockBuffer = block.asByteBuffer();
        for (int i = 0; i < BATCH; i++) {
            received[i] = new Packet();
        }
        pool = new SendPool(capabilities.largestPacket(), headroom);
        poller = new Poller(fd);
        // Whatever its MTU, the kernel takes what is written to a device.
        refusals = new Refusals("the device '" + name + "'", frames, capabilities::mtu);
    }

    /**
     * Opens a device, makes it if need be, gives it addresses and brings it up.
     *
     * @throws IllegalArgumentException when the options contradict each other
     * @throws java.io.UncheckedIOException when it can't be opened; the message says what to do
     */
    public static TunTransport open(TunOptions options) {
        return openQueues(options, 1).get(0);
    }

    /**
     * Opens several queues of a device, each for a thread of its own. The kernel sends what belongs
     * to one flow to the queue that has last sent something for it, and to any when it has
     * forgotten that, after three seconds.
     *
     * @param queues how many, at least 1
     * @throws IllegalArgumentException when the options contradict each other
     * @throws java.io.UncheckedIOException when they can't be opened; the message says what to do
     */
    public static List<TunTransport> openQueues(TunOptions options, int queues) {
        List<TunDevice> devices = TunDevice.open(options, queues);
        List<TunTransport> opened = new ArrayList<>();
        try {
            for (TunDevice each : devices) {
                opened.add(new TunTransport(each.fd(), each.name(), capabilities(options)));
            }
            return opened;
        } catch (RuntimeException e) {
            opened.forEach(TunTransport::close);
            TunDevice.close(devices.subList(opened.size(), devices.size()));
            throw e;
        }
    }

    /** What a device opened so can do. */
    static Capabilities capabilities(TunOptions options) {
        int mtu = options.mtu();
        if (options.isEthernet()) {
            return frames(mtu, options.offload(), VirtioNetHeader.LENGTH);
        }
        return options.offload()
                ? new Capabilities(
                        mtu, VirtioNetHeader.LENGTH, 65_535, true, true, false, true, false)
                : new Capabilities(mtu, 0, mtu, false, false, false, true, false);
    }

    /**
     * What a device of frames can do. There is room for a VLAN tag beyond the MTU, as on most
     * networks.
     *
     * @param mtu octets of the largest IP packet
     * @param header octets of the header that offloading needs
     */
    static Capabilities frames(int mtu, boolean offload, int header) {
        int largest = (offload ? Capabilities.LARGEST_MTU : mtu) + LINK_HEADER + VLAN_TAG;
        return new Capabilities(
                mtu + LINK_HEADER,
                offload ? header : 0,
                largest,
                offload,
                offload,
                false,
                true,
                false,
                Medium.ETHERNET);
    }

    /** The name of the device, as the kernel has it. */
    public String name() {
        return name;
    }

    /** How many packets the kernel has refused for good; on the transport's thread. */
    public long lost() {
        return refusals.count();
    }

    @Override
    public Capabilities capabilities() {
        return capabilities;
    }

    @Override
    public int receive(PacketBatch into, long nowNs) {
        if (fd < 0) {
            return 0;
        }
        requireDevice();
        writeQueued();
        int told = refusals.drain(into);
        int largest = capabilities.largestPacket();
        int most = Math.min(into.room(), BATCH);
        int offset = headroom;
        int count = 0;
        while (count < most && offset + largest <= blockBuffer.capacity()) {
            long octets = libc.read(fd, block, offset - header, header + largest);
            if (octets == -Libc.EINTR) {
                continue;
            }
            if (octets <= header) {
                readFailed(octets);
                break;
            }
            int length = (int) octets - header;
            Packet packet = received[count++].set(blockBuffer, offset, length);
            if (header > 0) {
                VirtioNetHeader.read(block, offset - header, packet);
            }
            into.add(packet);
            offset += SendPool.aligned(length);
        }
        if (count == 0) {
            requireDevice();
        }
        return told + count;
    }

    /**
     * @throws java.io.UncheckedIOException when the device has been removed
     */
    private void requireDevice() {
        if (gone) {
            throw Linux.failure(
                    "the device '"
                            + name
                            + "' is gone: somebody has removed it; open a new transport",
                    null);
        }
    }

    private void readFailed(long failed) {
        if (failed != -Libc.EAGAIN) {
            gone = true;
            poller.forgetDevice();
            LOG.error("the device '{}' can't be read any more ({})", name, Linux.name(failed));
        }
    }

    @Override
    public Packet claim(int length) {
        capabilities.requireClaimable(length);
        return fd >= 0 && writeQueued() ? pool.claim(length) : null;
    }

    @Override
    public void commit(Packet packet, long nowNs) {
        pool.requireClaimed(packet);
        if (header > 0) {
            VirtioNetHeader.write(
                    pool.memory(), pool.offset(packet) - header, header, packet, frames);
        }
        if (fd < 0) {
            pool.giveBack(packet);
        } else if (writeQueued() && write(packet)) {
            pool.giveBack(packet);
        } else {
            pool.enqueue(packet);
        }
    }

    @Override
    public void abandon(Packet packet) {
        pool.requireClaimed(packet);
        pool.giveBack(packet);
    }

    /** Writes what was refused before; false when some of it still is. */
    private boolean writeQueued() {
        while (pool.isQueued()) {
            if (!write(pool.firstQueued())) {
                return false;
            }
            pool.giveBackFirstQueued();
        }
        return true;
    }

    /**
     * False when the kernel refuses the packet for now; when it does so for good, the packet is
     * lost.
     */
    private boolean write(Packet packet) {
        long written;
        do {
            written =
                    libc.write(
                            fd,
                            pool.memory(),
                            pool.offset(packet) - header,
                            header + packet.length());
        } while (written == -Libc.EINTR);
        if (written == -Libc.EAGAIN) {
            return false;
        }
        if (written < 0) {
            refusals.refused(packet, written);
        } else {
            refusals.taken();
        }
        return true;
    }

    /** A device has no deadlines of its own. */
    @Override
    public long nextDeadlineNs() {
        return Long.MAX_VALUE;
    }

    @Override
    public void await(long timeoutNs) {
        if (fd < 0) {
            return;
        }
        // A file may take a packet before poll calls it writable: sockets want a quarter free
        // first.
        boolean roomIsBack = pool.isQueued() && writeQueued();
        boolean ready = roomIsBack || refusals.hasWord();
        poller.await(ready ? 0 : timeoutNs, pool.isQueued());
        writeQueued();
    }

    /** Two of this kind over a socket pair: the same code, and the same system calls. */
    @Override
    public Transport[] rehearsalPair() {
        return new SocketPair(capabilities).ends();
    }

    @Override
    public void wakeup() {
        poller.wakeup();
    }

    /** Ends the transport; a device that is not persistent goes away. */
    @Override
    public void close() {
        if (fd >= 0) {
            libc.close(fd);
            fd = -1;
            poller.close();
        }
    }

    @Override
    public String toString() {
        return "TunTransport[" + name + ", mtu " + capabilities.mtu() + "]";
    }
}
