package io.finwait.nio;

import java.util.concurrent.atomic.AtomicLong;

/**
 * The running numbers behind {@link LinkStatistics}: the endpoint's thread alone writes, any reads.
 */
final class LinkCounters {

    /** One of the numbers. */
    static final class Count {

        private final AtomicLong value = new AtomicLong();

        /**
         * Adds to it; on the endpoint's thread, so nothing is lost between the read and the write.
         */
        void add(long more) {
            value.setRelease(value.getPlain() + more);
        }

        private long get() {
            return value.getAcquire();
        }
    }

    final Count packetsReceived = new Count();
    final Count packetsSent = new Count();
    final Count sendDrops = new Count();
    final Count receiveDrops = new Count();
    final Count badFrames = new Count();
    final Count connections = new Count();

    LinkStatistics snapshot() {
        return new LinkStatistics(
                packetsReceived.get(),
                packetsSent.get(),
                sendDrops.get(),
                receiveDrops.get(),
                badFrames.get(),
                connections.get());
    }
}
