package io.finwait.tcp.internal.context;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.tcp.Counters.Counter;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

import java.util.concurrent.atomic.AtomicBoolean;

class EndpointCountersTest {

    /**
     * Enough for the JIT compiler to take the reader's loop, where it may move a plain read out of
     * it. They are counted, and not the changes: where two threads share a processor, one that
     * waits reads on and on.
     */
    private static final int READS = 20_000_000;

    private static final int CHANGES = 100;

    private final EndpointCounters counters = new EndpointCounters();

    @Test
    @Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
    void aReaderThatSpinsInAnotherThreadSeesEveryCounterGrow() throws InterruptedException {
        AtomicBoolean enough = new AtomicBoolean();
        Thread writer =
                new Thread(
                        () -> {
                            while (!enough.get()) {
                                counters.add(Counter.PACKETS_IN);
                                counters.add(Counter.PACKETS_OUT, 2);
                            }
                        });
        writer.setDaemon(true);
        writer.start();
        try {
            long reads = 0;
            for (int i = 0; i < CHANGES || reads < READS; i++) {
                reads += readsUntilChange(Counter.PACKETS_IN);
                reads += readsUntilChange(Counter.PACKETS_OUT);
            }
        } finally {
            enough.set(true);
        }
        writer.join();
        assertThat(counters.get(Counter.PACKETS_OUT))
                .as("written by one thread, nothing is lost")
                .isEqualTo(2 * counters.get(Counter.PACKETS_IN))
                .isGreaterThanOrEqualTo(2L * CHANGES);
    }

    @Test
    void inWordsAreThoseThatHaveCounted() {
        assertThat(counters.toString()).isEqualTo("{}");
        counters.add(Counter.PACKETS_IN, 3);
        assertThat(counters.toString()).isEqualTo("{PACKETS_IN=3}");
    }

    private long readsUntilChange(Counter counter) {
        long before = counters.get(counter);
        long reads = 1;
        while (counters.get(counter) == before) {
            // Nothing here that would make the compiler read again.
            reads++;
        }
        return reads;
    }
}
