package io.finwait.raw;

import io.finwait.spi.Capabilities;
import io.finwait.spi.Packet;
import io.finwait.spi.PacketBatch;
import io.finwait.spi.Transport;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.nio.ByteBuffer;

/**
 * Ethernet frames of an interface that is there already, by an XDP socket (AF_XDP): the kernel
 * writes received frames into memory that both share, so that receiving takes no system call, and
 * one call sends up to 32 frames. Reading, sending and waiting allocate nothing. Opening needs
 * CAP_NET_RAW, CAP_NET_ADMIN and CAP_BPF, and Linux 5.9.
 *
 * <p>A small program, which the interface runs for each frame, takes the host's own frames away
 * from the kernel ({@link XdpOptions#host}) and leaves all others: the kernel goes on using the
 * interface. It goes away with the transport, or with the process. The kernel of the interface
 * itself can't be the peer, because what it sends leaves by the interface.
 *
 * <p>A socket has one queue. A card with several spreads the flows over them, and what comes in at
 * another queue goes to the kernel, which drops it: switch the card to one queue.
 *
 * <p>Frames are copied by the kernel (copy mode), and complete: no super-frames, and nobody
 * computes checksums. While the interface is down nothing is carried, and when it is up again,
 * everything is. A smaller MTU is noticed within a second, and told to connections whose packets it
 * refuses. When the interface is removed, {@link #receive} throws within a second or two, so that a
 * driver ends and tells its users why.
 */
public final class XdpTransport implements Transport {

    private static final Logger LOG = LoggerFactory.getLogger(XdpTransport.class);

    private static final int BATCH = 64;
    private static final int LINK_HEADER = 14;
    private static final int TAG = 4;

    /** How soon the kernel is asked again that has had no room for a frame. */
    private static final long AGAIN_NS = 100_000;

    /** Nothing tells that an interface was removed, or has another MTU; so we look. */
    static final long LOOK_NS = 1_000_000_000L;

    private final String name;
    private final XdpDevice device;
    private final Capabilities capabilities;
    private final boolean takesUnfinished;
    private final XdpCalls calls = new XdpCalls();
    private final int socket;
    private final int chunk;
    private final ByteBuffer memory;
    private final XdpRing fill;
    private final XdpRing rx;
    private final XdpRing tx;
    private final XdpRing completion;
    private final SendPool pool;
    private final Poller poller;
    private final Refusals refusals;
    private final Packet[] received = new Packet[BATCH];

    /** The chunks of the frames that the last receive has given out. */
    private final long[] lent = new long[BATCH];

    private int lentCount;
    private boolean closed;

    /** True from a claim that found no room until there is some again. */
    private boolean refused;

    /** True from a frame that an interface has refused that is down, to one that it takes. */
    private boolean down;

    private boolean gone;

    /** Octets of the longest frame that goes through the interface with the MTU that it has now. */
    private int longest;

    private long lookedNs = System.nanoTime();
    private long overflowed;
    private long tooLong;

    private XdpTransport(XdpDevice device, XdpOptions options) {
        this.device = device;
        name = options.name();
        capabilities = TunTransport.frames(device.mtu(), false, 0);
        takesUnfinished = device.takesUnfinishedChecksums();
        socket = device.socket();
        chunk = device.chunk();
        memory = device.memory().asByteBuffer();
        fill = device.fill();
        rx = device.rx();
        tx = device.tx();
        completion = device.completion();
        for (int i = 0; i < BATCH; i++) {
            received[i] = new Packet();
        }
        pool =
                new SendPool(
                        device.memory().asSlice(device.sentAt()),
                        chunk,
                        capabilities.largestPacket(),
                        SendPool.HEADROOM_OF_FRAMES);
        longest = capabilities.largestPacket();
        refusals = new Refusals("the interface '" + name + "'", true, device::mtuNow);
        poller = new Poller(socket);
    }

    /**
     * Opens an XDP socket on a queue of an interface.
     *
     * @throws java.io.UncheckedIOException when it can't be opened; the message says what to do
     */
    public static XdpTransport open(XdpOptions options) {
        XdpDevice device = XdpDevice.open(options);
        try {
            return new XdpTransport(device, options);
        } catch (RuntimeException e) {
            device.close();
            throw e;
        }
    }

    /** How many frames the kernel has refused to send; on the transport's thread. */
    public long lost() {
        return refusals.count();
    }

    /**
     * How many frames of the host the kernel has dropped, because too many waited for {@link
     * #receive} or because they were longer than a chunk of memory; on the transport's thread.
     */
    public long overflowed() {
        if (!closed) {
            overflowed = device.dropped();
        }
        return overflowed;
    }

    /** How many frames were longer than {@link Capabilities#largestPacket()} and dropped. */
    public long tooLong() {
        return tooLong;
    }

    /** True when the driver runs the program; false: it runs behind the driver. */
    public boolean isNative() {
        return device.isNative();
    }

    @Override
    public Capabilities capabilities() {
        return capabilities;
    }

    @Override
    public int receive(PacketBatch into, long nowNs) {
        if (closed) {
            return 0;
        }
        giveBackLent();
        flush();
        if (gone) {
            poller.forgetDevice();
            throw Linux.failure(
                    "the interface '"
                            + name
                            + "' is gone: somebody has removed it; open a new transport",
                    null);
        }
        int added = refusals.drain(into);
        int count = Math.min(Math.min(into.room(), BATCH), rx.available());
        for (int i = 0; i < count; i++) {
            long at = rx.address(i);
            lent[i] = at & -chunk;
            added += take(received[i], (int) at, rx.length(i), into);
        }
        rx.release(count);
        lentCount = count;
        return added;
    }

    /** What was received the time before is nobody's any more (rule R4). */
    private void giveBackLent() {
        for (int i = 0; i < lentCount; i++) {
            fill.write(lent[i]);
        }
        if (lentCount > 0) {
            fill.publish();
            lentCount = 0;
        }
    }

    private int take(Packet frame, int at, int length, PacketBatch into) {
        if (length > capabilities.largestPacket()) {
            if (tooLong++ == 0) {
                LOG.warn(
                        "a frame on '{}' was longer than {} octets; give both ends of the link one"
                                + " mtu. Further ones are only counted",
                        name,
                        capabilities.largestPacket());
            }
            return 0;
        }
        frame.set(memory, at, length);
        frame.checksumOffloaded(takesUnfinished && UnfinishedChecksum.isIn(memory, at, length));
        into.add(frame);
        return 1;
    }

    @Override
    public Packet claim(int length) {
        capabilities.requireClaimable(length);
        if (closed) {
            return null;
        }
        Packet packet = pool.claim(length);
        if (packet == null) {
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
        if (!closed && packet.length() >= LINK_HEADER && packet.length() <= longest) {
            pool.enqueue(packet);
            return;
        }
        if (!closed && packet.length() > longest) {
            refusals.refused(packet, -Libc.EMSGSIZE);
        }
        pool.giveBack(packet);
    }

    @Override
    public void abandon(Packet packet) {
        pool.requireClaimed(packet);
        pool.giveBack(packet);
    }

    /** Hands the kernel what waits; what it takes later stays in the ring. */
    private void flush() {
        takeBackSent();
        down &= tx.unread() > 0;
        if (down && pool.isQueued()) {
            send();
        }
        if (!pool.isQueued() && tx.unread() == 0) {
            return;
        }
        while (pool.isQueued()) {
            if (down) {
                // The ring holds what the interface has refused already, until it is up.
                refusals.refused(pool.firstQueued(), -Libc.ENETDOWN);
                pool.giveBackFirstQueued();
            } else {
                Packet packet = pool.handOverFirstQueued();
                tx.write(device.sentAt() + pool.offset(packet), packet.length());
            }
        }
        tx.publish();
        send();
        takeBackSent();
    }

    /** Makes the kernel look into the ring, which takes 32 frames at a time from it. */
    private void send() {
        int most = tx.unread();
        for (int i = 0; i < most && tx.unread() > 0 && tx.needsCall(); i++) {
            int before = tx.unread();
            int sent = calls.sendFromRing(socket);
            switch (-sent) {
                case Libc.EBUSY, Libc.ENOBUFS ->
                        // The queue to the interface has dropped one.
                        refusals.dropped();
                case Libc.EAGAIN, Libc.EINTR -> {
                    if (tx.unread() == before) {
                        return;
                    }
                }
                case Libc.ENETDOWN, Libc.ENXIO -> {
                    down = true;
                    gone = gone || device.isGone();
                    return;
                }
                default -> {
                    if (sent < 0) {
                        refusals.dropped();
                        return;
                    }
                    down = false;
                    refusals.taken();
                }
            }
        }
    }

    private void takeBackSent() {
        int count = completion.available();
        if (count > 0) {
            for (int i = 0; i < count; i++) {
                pool.giveBackFromDevice(completion.address(i) - device.sentAt());
            }
            completion.release(count);
        }
    }

    /** An interface has no deadlines of its own. */
    @Override
    public long nextDeadlineNs() {
        return Long.MAX_VALUE;
    }

    @Override
    public void await(long timeoutNs) {
        if (closed) {
            return;
        }
        flush();
        boolean roomIsBack = refused && pool.hasRoom();
        refused &= !roomIsBack;
        boolean ready = roomIsBack || gone || refusals.hasWord();
        // Nothing tells that a frame has left, either.
        boolean waits = refused || (!down && tx.unread() > 0);
        poller.await(ready ? 0 : Math.min(timeoutNs, waits ? AGAIN_NS : LOOK_NS), false);
        flush();
        look();
    }

    private void look() {
        long now = System.nanoTime();
        if (now - lookedNs >= LOOK_NS) {
            lookedNs = now;
            gone = gone || device.isGone();
            int mtu = device.mtuNow();
            int all = capabilities.largestPacket();
            longest = mtu == 0 ? all : Math.min(mtu + LINK_HEADER + TAG, all);
        }
    }

    @Override
    public void wakeup() {
        poller.wakeup();
    }

    /** Sends what waits, and ends the transport; the interface stays, without the program. */
    @Override
    public void close() {
        if (!closed) {
            flush();
            overflowed = device.dropped();
            closed = true;
            device.close();
            poller.close();
        }
    }

    @Override
    public String toString() {
        return "XdpTransport[" + name + ", mtu " + capabilities.mtu() + "]";
    }
}
