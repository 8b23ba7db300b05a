package io.finwait.sim.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.finwait.spi.Capabilities;
import io.finwait.spi.Packet;
import io.finwait.spi.PacketBatch;
import io.finwait.spi.Transport;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The rules R1 to R14 of {@link Transport}, each as one or more tests whose names begin with the
 * rule's number. What a transport declares in its {@link Capabilities} decides which promises are
 * checked; a test that does not apply is reported as aborted, with the reason.
 *
 * <p>Nothing here sleeps. In real time the tests wait by {@link Transport#await} and by the far
 * end, in a bounded number of steps; {@link #LONG_NS} is how long a wait may last before it counts
 * as hanging.
 */
@Timeout(120)
public abstract class TransportContract extends WaitingRules {

    /** Opens both ends anew; called before each test, and closed after it. */
    @Override
    protected abstract TransportFixture openFixture() throws Exception;

    @Test
    void r11_closeIsIdempotentAndAfterwardsNothingIsCarried() {
        Transport near = near();
        for (int i = 0; i < 3; i++) {
            fixture.inject(exchange.incoming.next(ORDINARY));
        }
        fixture.advance(Exchange.STEP_NS);
        near.close();
        near.close();
        PacketBatch batch = new PacketBatch(4);
        assertEquals(0, near.receive(batch, fixture.now()), "receive after close");
        assertEquals(0, batch.size(), "receive after close");
        assertNull(near.claim(ORDINARY), "claim after close");
        for (int i = 0; i < 3; i++) {
            assertReturnsEarly(LONG_NS, "the transport is closed");
        }
        near.close();
    }

    @Test
    void r11_aWaitingTransportIsWokenAndClosed() throws InterruptedException {
        exchange.drain();
        WakingThread waker = new WakingThread(near());
        waker.start();
        try {
            waker.ask(1);
            while (waker.answered() != 1) {
                near().await(LONG_NS);
                exchange.drain();
            }
            near().close();
        } finally {
            waker.end();
        }
        assertNull(near().claim(ORDINARY), "claim after close");
    }

    @Test
    void r11_whatWasClosedCanBeOpenedAgain() {
        exchange.carryOut(ORDINARY);
        for (int i = 0; i < 3; i++) {
            Transport closed = near();
            closed.close();
            fixture.reopen();
            assertNull(closed.claim(ORDINARY), "the closed transport stays closed");
            exchange.carryOut(ORDINARY);
            exchange.carryIn(ORDINARY);
        }
    }

    @Test
    void r11_whatWasClaimedBeforeCloseMayBeGivenBackAfterwards() {
        Transport near = near();
        Packet first = exchange.claim(ORDINARY);
        Packet second = exchange.claim(ORDINARY);
        near.close();
        Exchange.fill(first, exchange.outgoing.next(ORDINARY));
        near.commit(first, fixture.now());
        near.abandon(second);
        assertNull(near.claim(ORDINARY), "claim after close");
        assertEquals(0, near.receive(new PacketBatch(4), fixture.now()), "receive after close");
    }
}
