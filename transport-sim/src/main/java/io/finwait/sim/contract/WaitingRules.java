package io.finwait.sim.contract;

import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.finwait.spi.Packet;
import io.finwait.spi.Transport;

import org.junit.jupiter.api.Test;

/** Waiting and being woken: R8 to R10. */
abstract class WaitingRules extends RoomRules {

    /** How late a system's timer may be, in real time. */
    private static final long PUNCTUAL_NS = 50_000_000;

    private static final int ATTEMPTS = 20;

    @Test
    void r8_awaitReturnsWhenRoomIsBack() {
        int length = capabilities().mtu();
        assumeTrue(
                commitUntilRefused(length),
                "claim gave no null while " + Exchange.MANY + " packets were sent at once");
        for (int attempt = 0; attempt < Exchange.MANY; attempt++) {
            exchange.letTheFarEndTake();
            assertReturnsEarly(LONG_NS, "room was back after a refused claim");
            exchange.drain();
            Packet packet = near().claim(length);
            if (packet != null) {
                near().abandon(packet);
                return;
            }
        }
        throw new AssertionError("claim gave null for ever");
    }

    private boolean commitUntilRefused(int length) {
        byte[] octets = exchange.outgoing.next(length);
        for (int i = 0; i < Exchange.MANY; i++) {
            Packet packet = near().claim(length);
            if (packet == null) {
                return true;
            }
            Exchange.fill(packet, octets);
            near().commit(packet, fixture.now());
        }
        return false;
    }

    @Test
    void r9_awaitReturnsWhenSomethingCanBeReceived() {
        awaitUntilReceived(false);
    }

    @Test
    void r9_awaitDoesNotWaitForWhatIsThereAlready() {
        awaitUntilReceived(true);
    }

    /** A packet that was not lost must end an await before its timeout. */
    private void awaitUntilReceived(boolean letItArriveFirst) {
        boolean lossless = capabilities().lossless();
        long patienceNs = lossless ? LONG_NS : 10 * Exchange.STEP_NS;
        for (int attempt = 0; attempt < 50; attempt++) {
            exchange.drain();
            byte[] packet = exchange.incoming.next(ORDINARY);
            fixture.inject(packet);
            if (letItArriveFirst) {
                fixture.advance(Exchange.STEP_NS);
            }
            // Await may return for no reason, or because of a packet that is not ours.
            for (int step = 0; step < 20; step++) {
                long before = fixture.now();
                near().await(patienceNs);
                boolean early = fixture.now() - before < patienceNs;
                assertTrue(early || !lossless, "await went on although a packet had come");
                if (exchange.receive().contains(exchange.incoming.number(packet)) && early) {
                    return;
                }
                if (!early) {
                    break;
                }
            }
        }
        throw new AssertionError("in 50 attempts no packet ended an await before its timeout");
    }

    @Test
    void r9_awaitReturnsWhenTheTimeoutHasPassed() {
        exchange.drain();
        for (long timeoutNs : new long[] {1_000_000, 1, 0, -1, Long.MIN_VALUE}) {
            long most = Math.max(0, timeoutNs) + (fixture.virtualTime() ? 0 : PUNCTUAL_NS);
            long least = LONG_NS;
            // Another busy process may delay us once, but not every time.
            for (int attempt = 0; attempt < ATTEMPTS && least > most; attempt++) {
                long before = fixture.now();
                near().await(timeoutNs);
                least = Math.min(least, fixture.now() - before);
            }
            long slept = least;
            assertTrue(slept < LONG_NS, "await(" + timeoutNs + ") hangs");
            assertTrue(
                    slept <= most,
                    () -> "await(" + timeoutNs + ") took at least " + slept + " ns each time");
        }
    }

    @Test
    void r9_aWakeUpBeforeTheCallIsNotLost() {
        exchange.drain();
        near().wakeup();
        assertReturnsEarly(LONG_NS, "it had been woken before the call");
    }

    @Test
    void r9_wakeUpsOfAnotherThreadAreNeverLost() throws InterruptedException {
        exchange.drain();
        WakingThread waker = new WakingThread(near());
        waker.start();
        try {
            // In virtual time no thread really waits, so more rounds would find no further race.
            int rounds = fixture.virtualTime() ? 20 : 500;
            for (int round = 1; round <= rounds; round++) {
                waker.ask(round);
                long before = fixture.now();
                while (waker.answered() != round) {
                    near().await(LONG_NS);
                    if (!fixture.virtualTime()) {
                        assertTrue(
                                fixture.now() - before < LONG_NS,
                                "round " + round + ": a wake-up of another thread was lost");
                    }
                    exchange.drain();
                }
            }
        } finally {
            waker.end();
        }
    }

    @Test
    void r10_wakeupMayBeCalledFromAnyThreadAlsoAfterClose() throws InterruptedException {
        Transport near = near();
        WakingThread first = new WakingThread(near);
        WakingThread second = new WakingThread(near);
        first.start();
        second.start();
        try {
            for (int round = 1; round <= 100; round++) {
                first.ask(round);
                second.ask(round);
                if (round == 50) {
                    near.close();
                }
                near.await(0);
            }
        } finally {
            first.end();
            second.end();
        }
        near.wakeup();
        assertNull(first.failure(), "wakeup threw");
        assertNull(second.failure(), "wakeup threw");
    }
}
