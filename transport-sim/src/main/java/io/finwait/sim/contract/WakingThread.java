package io.finwait.sim.contract;

import io.finwait.spi.Transport;

import java.util.concurrent.locks.LockSupport;

/**
 * Wakes a transport each time it is asked to, after a short spin that differs from time to time.
 */
final class WakingThread extends Thread {

    private final Transport transport;
    private volatile int asked;
    private volatile int answered;
    private volatile boolean ended;
    private volatile Throwable failure;

    WakingThread(Transport transport) {
        super("waker");
        this.transport = transport;
        setDaemon(true);
    }

    @Override
    public void run() {
        try {
            while (!ended) {
                int round = asked;
                if (round == answered) {
                    LockSupport.park(this);
                    continue;
                }
                for (int i = 0; i < round * 37 % 400; i++) {
                    Thread.onSpinWait();
                }
                answered = round;
                transport.wakeup();
            }
        } catch (RuntimeException | Error e) {
            failure = e;
        }
    }

    /** Asks for one wake-up. */
    void ask(int round) {
        asked = round;
        LockSupport.unpark(this);
    }

    /** The last round whose wake-up is under way. */
    int answered() {
        return answered;
    }

    /** What a wake-up threw, or null. */
    Throwable failure() {
        return failure;
    }

    /** Ends the thread, within bounded time. */
    void end() throws InterruptedException {
        ended = true;
        LockSupport.unpark(this);
        join(10_000);
    }
}
