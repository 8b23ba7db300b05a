package io.finwait.raw;

import io.finwait.spi.Capabilities;
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
 * Ethernet frames of an interface that is there already, by a packet socket (packet(7)): an
 * Ethernet card, a veth, a port of a bridge. One system call takes up to 64 frames, and one sends
 * up to 32. Reading, sending and waiting allocate nothing. Opening needs CAP_NET_RAW, and Linux.
 *
 * <p>The kernel goes on using the interface, and sees every frame too. It does not answer for an
 * endpoint that has an IP address and an Ethernet address of its own: frames to another Ethernet
 * address are nobody's to it, and ARP requests for an address that it doesn't have it leaves
 * unanswered. For the same reason the kernel of the interface itself can't be the peer: what it
 * sends leaves by the interface. Use a TAP device, or the other end of a veth pair, for that.
 *
 * <p>While the interface is down nothing is carried, and when it is up again, everything is. When
 * it is removed, {@link #receive} throws, so that a driver ends and tells its users why. What the
 * kernel refuses to send is lost, and counted in {@link #lost()}. A connection whose packets the
 * interface refuses is told, too: that its network is unreachable, after a second, which does not
 * end it; that the MTU has become smaller, at once, so that it sends smaller segments.
 */
public final class PacketTransport implements Transport {

    private static final Logger LOG = LoggerFactory.getLogger(PacketTransport.class);

    private static final int BATCH = 64;

    /** Super-frames take much room, and hold many segments each. */
    private static final int BATCH_OF_SUPER_FRAMES = 16;

    private static final int VLAN = 0x8100;
    private static final int ADDRESSES = 12;
    private static final int TAG = 4;

    private final String name;
    private final Capabilities capabilities;
    private final Libc libc = new Libc();

    /** Octets in front of each frame, 0 without offload. */
    private final int header;

    private final int room;
    private final int stride;
    private final MemorySegment block;
    private final ByteBuffer blockBuffer;
    private final Packet[] received;
    private final MessageBatch incoming;
    private final MessageBatch outgoing = new MessageBatch(SendPool.SLOTS, false);
    private final SendPool pool;
    private final Poller poller;

    /** Negative after close. */
    private int fd;

    /** True from a claim that found no room until there is some again. */
    private boolean refused;

    private boolean wasDown;
    private final Refusals refusals;
    private final MemorySegment statistics = Arena.ofAuto().allocate(PacketDevice.STATISTICS);
    private long overflowed;
    private long tooLong;

    private PacketTransport(PacketDevice device, PacketOptions options) {
        fd = device.fd();
        name = options.name();
        capabilities =
                TunTransport.frames(device.mtu(), options.offload(), VirtioNetHeader.SHORT_LENGTH);
        header = capabilities.headroom();
        room = capabilities.largestPacket();
        stride = SendPool.aligned(room);
        received = new Packet[options.offload() ? BATCH_OF_SUPER_FRAMES : BATCH];
        block = Arena.ofAuto().allocate((long) stride * received.length, SendPool.ALIGNMENT);
        blockBuffer = block.asByteBuffer();
        incoming = new MessageBatch(received.length, true);
        for (int i = 0; i < received.length; i++) {
            received[i] = new Packet();
        }
        pool = new SendPool(room, SendPool.HEADROOM_OF_FRAMES);
        poller = new Poller(fd);
        String called = "the interface '" + name + "'";
        refusals = new Refusals(called, true, () -> Interface.mtu(libc, fd, name));
    }

    /**
     * Opens a packet socket on an interface.
     *
     * @throws java.io.UncheckedIOException when it can't be opened; the message says what to do
     */
    public static PacketTransport open(PacketOptions options) {
        return openQueues(options, 1).get(0);
    }

    /**
     * Opens several packet sockets on an interface, each for a thread of its own. The kernel sends
     * what belongs to one flow to one of them.
     *
     * @param queues how many, at least 1
     * @throws java.io.UncheckedIOException when they can't be opened; the message says what to do
     */
    public static List<PacketTransport> openQueues(PacketOptions options, int queues) {
        List<PacketDevice> devices = PacketDevice.open(options, queues);
        List<PacketTransport> opened = new ArrayList<>();
        try {
            for (PacketDevice each : devices) {
                opened.add(new PacketTransport(each, options));
            }
            return opened;
        } catch (RuntimeException e) {
            opened.forEach(PacketTransport::close);
            PacketDevice.close(devices.subList(opened.size(), devices.size()));
            throw e;
        }
    }

    /** How many frames the kernel has refused to send; on the transport's thread. */
    public long lost() {
        return refusals.count();
    }

    /**
     * How many received frames the kernel has dropped, because too many waited for {@link
     * #receive}; on the transport's thread.
     */
    public long overflowed() {
        if (fd >= 0) {
            overflowed += PacketDevice.dropsSinceTheLastCall(libc, fd, statistics);
        }
        return overflowed;
    }

    /** How many frames were longer than {@link Capabilities#largestPacket()} and dropped. */
    public long tooLong() {
        return tooLong;
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
        flush();
        int told = refusals.drain(into);
        int most = Math.min(into.room(), received.length);
        if (most == 0) {
            return told;
        }
        for (int i = 0; i < most; i++) {
            incoming.set(i, block, frameAt(i) - header, (long) header + room);
        }
        int count = libc.recvmmsg(fd, incoming.messages(), most);
        if (count < 0) {
            receiveFailed(count);
            return told;
        }
        wasDown = false;
        int added = told;
        for (int i = 0; i < count; i++) {
            added += take(i, into);
        }
        return added;
    }

    private int frameAt(int index) {
        return index * stride + SendPool.HEADROOM_OF_FRAMES;
    }

    private int take(int index, PacketBatch into) {
        int length = incoming.length(index) - header;
        if (incoming.isTruncated(index) || length <= 0) {
            if (tooLong++ == 0) {
                LOG.warn(
                        "a frame on '{}' was longer than {} octets; open with offload=on, or switch"
                                + " offload off at its sender. Further ones are only counted",
                        name,
                        room);
            }
            return 0;
        }
        int at = frameAt(index);
        Packet frame = received[index].set(blockBuffer, at, length);
        if (header > 0) {
            VirtioNetHeader.read(block, at - header, frame);
        } else {
            frame.checksumOffloaded(incoming.lacksChecksum(index));
        }
        int tag = incoming.tag(index);
        if (tag >= 0 && length >= ADDRESSES) {
            putTagBack(frame, tag);
        }
        into.add(frame);
        return 1;
    }

    /** The kernel takes a tag out of the frame; without it, it would seem to be in no VLAN. */
    private void putTagBack(Packet frame, int tag) {
        int at = frame.offset();
        for (int i = 0; i < ADDRESSES; i++) {
            blockBuffer.put(at - TAG + i, blockBuffer.get(at + i));
        }
        blockBuffer.putInt(at - TAG + ADDRESSES, VLAN << 16 | tag);
        frame.moveBeginning(-TAG);
    }

    private void receiveFailed(int failed) {
        if (failed == -Libc.EAGAIN || failed == -Libc.EINTR) {
            return;
        }
        if (!Interface.isThere(libc, fd, name)) {
            poller.forgetDevice();
            throw Linux.failure(
                    "the interface '"
                            + name
                            + "' is gone: somebody has removed it; open a new transport",
                    failed);
        }
        if (!wasDown) {
            wasDown = true;
            LOG.warn(
                    "the interface '{}' carries nothing now ({}); is it up?",
                    name,
                    Linux.name(failed));
        }
    }

    @Override
    public Packet claim(int length) {
        capabilities.requireClaimable(length);
        if (fd < 0) {
            return null;
        }
        Packet packet = pool.claim(length);
        if (packet == null && pool.isQueued()) {
            flush();
            packet = pool.claim(length);
        }
        refused |= packet == null;
        return packet;
    }

    /** The frame leaves with others, at the next receive or await, or when all room is used. */
    @Override
    public void commit(Packet packet, long nowNs) {
        pool.requireClaimed(packet);
        if (fd < 0) {
            pool.giveBack(packet);
            return;
        }
        if (header > 0) {
            VirtioNetHeader.write(
                    pool.memory(), pool.offset(packet) - header, header, packet, true);
        }
        pool.enqueue(packet);
    }

    @Override
    public void abandon(Packet packet) {
        pool.requireClaimed(packet);
        pool.giveBack(packet);
    }

    /** Sends what waits; what the kernel takes later stays. */
    private void flush() {
        while (fd >= 0 && pool.isQueued()) {
            int count = pool.queued();
            for (int i = 0; i < count; i++) {
                Packet packet = pool.queued(i);
                long octets = (long) header + packet.length();
                outgoing.set(i, pool.memory(), pool.offset(packet) - header, octets);
            }
            int sent = libc.sendmmsg(fd, outgoing.messages(), count);
            if (sent == -Libc.EAGAIN) {
                return;
            }
            if (sent < 0 && sent != -Libc.EINTR) {
                refusals.refused(pool.firstQueued(), sent);
                sent = 1;
            } else if (sent > 0) {
                refusals.taken();
            }
            for (int i = 0; i < sent; i++) {
                pool.giveBackFirstQueued();
            }
        }
    }

    /** An interface has no deadlines of its own. */
    @Override
    public long nextDeadlineNs() {
        return Long.MAX_VALUE;
    }

    @Override
    public void await(long timeoutNs) {
        if (fd < 0) {
            return;
        }
        flush();
        boolean roomIsBack = refused && !pool.isQueued();
        refused &= !roomIsBack;
        boolean ready = roomIsBack || refusals.hasWord();
        poller.await(ready ? 0 : timeoutNs, pool.isQueued());
        flush();
    }

    @Override
    public void wakeup() {
        poller.wakeup();
    }

    /** Sends what waits, and ends the transport; the interface stays. */
    @Override
    public void close() {
        if (fd >= 0) {
            flush();
            libc.close(fd);
            fd = -1;
            poller.close();
        }
    }

    @Override
    public String toString() {
        return "PacketTransport[" + name + ", mtu " + capabilities.mtu() + "]";
    }
}
