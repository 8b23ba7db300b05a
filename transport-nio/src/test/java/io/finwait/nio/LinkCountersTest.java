package io.finwait.nio;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

import java.util.concurrent.atomic.AtomicBoolean;

class LinkCountersTest {

    /**
     * Enough for the JIT compiler to take the reader's loop, where it may move a plain read out of
     * it.
     */
    private static final int CHANGES = 200_000;

    @Test
    @Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
    void aReaderThatSpinsInAnotherThreadSeesTheNumbersGrow() throws InterruptedException {
        LinkCounters counters = new LinkCounters();
        AtomicBoolean enough = new AtomicBoolean();
        Thread writer =
                new Thread(
                        () -> {
                            while (!enough.get()) {
                                counters.packetsSent.add(1);
                            }
                        });
        writer.setDaemon(true);
        writer.start();
        try {
            for (int i = 0; i < CHANGES; i++) {
                awaitChange(counters);
            }
        } finally {
            enough.set(true);
        }
        writer.join();
        assertThat(counters.snapshot().packetsSent()).isGreaterThanOrEqualTo(CHANGES);
    }

    private static void awaitChange(LinkCounters counters) {
        long before = counters.snapshot().packetsSent();
        while (counters.snapshot().packetsSent() == before) {
            // Nothing here that would make the compiler read again.
        }
    }
}
