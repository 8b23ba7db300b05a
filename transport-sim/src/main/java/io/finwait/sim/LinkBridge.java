package io.finwait.sim;

import io.finwait.spi.Transport;

import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A link in real time between two transports of any kind: what one receives, the other sends,
 * impaired by a {@link LinkModel} for each direction and one seed. Two TUN devices in two network
 * namespaces, for example, become a bad network between two kernels.
 *
 * <p>Each transport has a thread of its own while {@link #run} runs. A packet is judged by the time
 * at which it was received; it is sent when its time has come, by as much later as {@link
 * FaultCounters#latestNs()} says. At most 65,536 packets are under way in each direction. A packet
 * that is longer than the MTU of the transport that should send it is dropped; nobody is told by
 * ICMP.
 */
public final class LinkBridge implements AutoCloseable {

    private final LinkEnd a;
    private final LinkEnd b;
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private final AtomicBoolean begun = new AtomicBoolean();
    private volatile boolean stopped;

    /**
     * Joins two transports, which belong to the link from now on.
     *
     * @param aToB for packets that {@code a} receives and {@code b} sends
     * @param bToA for the other direction
     * @param seed of all chance
     * @throws IllegalArgumentException when one of them carries super-packets or packets without a
     *     checksum: a link impairs what travels, packet by packet; or when one carries IP packets
     *     and the other Ethernet frames
     */
    public LinkBridge(Transport a, Transport b, LinkModel aToB, LinkModel bToA, long seed) {
        requirePlain(a);
        requirePlain(b);
        a.capabilities().medium().require(b, "a link whose other end is " + a);
        int largestOfA = a.capabilities().largestPacket();
        int largestOfB = b.capabilities().largestPacket();
        this.a = new LinkEnd(a, largestOfB, bToA, Mix.seed(seed, "b to a"));
        this.b = new LinkEnd(b, largestOfA, aToB, Mix.seed(seed, "a to b"));
        LinkEnd.join(this.a, this.b);
    }

    private static void requirePlain(Transport transport) {
        Objects.requireNonNull(transport, "transport");
        if (transport.capabilities().checksumOffload()
                || transport.capabilities().segmentationOffload()) {
            throw new IllegalArgumentException(
                    transport
                            + " offloads checksums or segmentation, but a link needs the packets"
                            + " that really travel; open it with offload=off");
        }
    }

    /** What happens to packets from {@code a} to {@code b}; any thread may look. */
    public FaultCounters aToB() {
        return b.counters();
    }

    /** What happens to packets from {@code b} to {@code a}; any thread may look. */
    public FaultCounters bToA() {
        return a.counters();
    }

    /**
     * Carries packets until {@link #close()} is called or one of the transports throws; then closes
     * both. Runs once: after {@code close}, or when it has run before, it returns at once.
     *
     * @throws IllegalStateException when a transport has thrown, which is the cause
     */
    public void run() {
        if (!begun.compareAndSet(false, true)) {
            return;
        }
        Thread second = new Thread(() -> carry(b, a), "link b");
        second.setDaemon(true);
        second.start();
        carry(a, b);
        boolean interrupted = false;
        while (second.isAlive()) {
            try {
                second.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        a.close();
        b.close();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        if (failure.get() != null) {
            throw new IllegalStateException("the link has broken", failure.get());
        }
    }

    private void carry(LinkEnd end, LinkEnd other) {
        try {
            while (!stopped) {
                long nowNs = System.nanoTime();
                if (end.work(nowNs) == 0) {
                    end.await(nowNs, end.isRefused());
                }
            }
        } catch (RuntimeException | Error e) {
            failure.compareAndSet(null, e);
        } finally {
            stopped = true;
            other.wakeup();
        }
    }

    /** In one thread and any time: does what is due now. */
    void work(long nowNs) {
        int done;
        do {
            done = a.work(nowNs) + b.work(nowNs);
        } while (done > 0);
    }

    /**
     * Ends {@link #run}, from any thread; closes both transports itself where it has never run. A
     * second call does nothing.
     */
    @Override
    public void close() {
        stopped = true;
        if (begun.compareAndSet(false, true)) {
            a.close();
            b.close();
        } else {
            a.wakeup();
            b.wakeup();
        }
    }
}
