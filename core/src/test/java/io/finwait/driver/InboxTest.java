package io.finwait.driver;

import static io.finwait.driver.SteeredPair.elsewhere;
import static io.finwait.driver.SteeredPair.failure;
import static io.finwait.driver.SteeredPair.now;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;

/** How calls come into a driver: when they are run, when refused, and whom they wake. */
class InboxTest {

    private static final int COMMANDS = 1024;

    private int roused;
    private final List<Long> parks = new ArrayList<>();
    private Runnable atPark = () -> {};
    private final Inbox inbox = new Inbox(new Recording(), () -> roused++);
    private final List<Integer> ran = new ArrayList<>();

    private CompletableFuture<Integer> submit(int number) {
        return inbox.submit(
                answer -> {
                    ran.add(number);
                    answer.complete(number);
                });
    }

    @Test
    void aCallOfAnotherThreadWaitsForATurn() {
        inbox.servedBy(Thread.currentThread());
        assertThat(inbox.mayWait()).isTrue();
        CompletableFuture<Integer> call = elsewhere(() -> submit(1));
        assertThat(call).isNotDone();
        assertThat(roused).isEqualTo(1);
        assertThat(inbox.mayWait()).isFalse();
        inbox.waitIsOver();
        CompletableFuture<Integer> second = elsewhere(() -> submit(2));
        assertThat(roused).as("a driver that works is not woken").isEqualTo(1);
        assertThat(inbox.serve()).isEqualTo(2);
        assertThat(now(call)).isEqualTo(1);
        assertThat(now(second)).isEqualTo(2);
        assertThat(inbox.serve()).isZero();
        assertThat(inbox.mayWait()).isTrue();
    }

    @Test
    void beforeTheFirstTurnNobodyIsTheDriversThread() {
        assertThat(inbox.isDriverThread()).isFalse();
        assertThat(submit(1)).isNotDone();
        inbox.servedBy(Thread.currentThread());
        assertThat(inbox.isDriverThread()).isTrue();
        assertThat(elsewhere(inbox::isDriverThread)).isFalse();
        assertThat(submit(2)).as("at once").isDone();
        assertThat(inbox.serve()).isEqualTo(1);
        assertThat(ran).containsExactly(2, 1);
    }

    /** Behind a call that was put off all others are put off too, so that their order stays. */
    @Test
    void soManyAreRunAtOnceAndTheOthersInTheNextTurn() {
        inbox.servedBy(Thread.currentThread());
        for (int i = 0; i < 70; i++) {
            CompletableFuture<Integer> unused = submit(i);
        }
        assertThat(ran).hasSize(64);
        assertThat(inbox.mayWait()).isFalse();
        assertThat(inbox.serve()).isEqualTo(6);
        assertThat(ran).hasSize(70).isSorted();
        CompletableFuture<Integer> unused = submit(70);
        assertThat(ran).hasSize(71);
    }

    @Test
    void whatIsForTheNextCycleIsDoneThereAndWhatItAsksForInTheOneBehindIt() {
        inbox.servedBy(Thread.currentThread());
        inbox.nextCycle(
                () -> {
                    ran.add(1);
                    inbox.nextCycle(() -> ran.add(2));
                });
        assertThat(ran).isEmpty();
        assertThat(inbox.mayWait()).isFalse();
        assertThat(inbox.serve()).isEqualTo(1);
        assertThat(ran).containsExactly(1);
        assertThat(inbox.serve()).isEqualTo(1);
        assertThat(ran).containsExactly(1, 2);
    }

    /** The caller wakes the driver each time, and goes on when there is room. */
    @Test
    void whoFindsNoRoomWaitsForIt() {
        for (int i = 0; i < COMMANDS; i++) {
            CompletableFuture<Integer> unused = submit(i);
        }
        assertThat(parks).isEmpty();
        atPark =
                () -> {
                    if (parks.size() == 3) {
                        assertThat(inbox.serve()).isEqualTo(COMMANDS);
                    }
                };
        assertThat(submit(COMMANDS)).isNotDone();
        assertThat(parks).containsExactly(50_000L, 50_000L, 50_000L);
        assertThat(roused).isEqualTo(3);
        assertThat(inbox.serve()).isEqualTo(1);
        assertThat(ran).hasSize(COMMANDS + 1).isSorted();
    }

    /** One turn serves no more than stood there when it began; the packets have theirs. */
    @Test
    void oneTurnServesNoMoreThanTheQueueHolds() {
        for (int i = 0; i < COMMANDS; i++) {
            CompletableFuture<Integer> unused =
                    inbox.submit(
                            answer -> {
                                CompletableFuture<Integer> unusedToo = submit(0);
                            });
        }
        assertThat(inbox.serve()).isEqualTo(COMMANDS);
        assertThat(ran).isEmpty();
        assertThat(inbox.serve()).isEqualTo(COMMANDS);
        assertThat(ran).hasSize(COMMANDS);
    }

    @Test
    void whoFindsNoRoomWhileTheDriverEndsIsRefused() {
        for (int i = 0; i < COMMANDS; i++) {
            CompletableFuture<Integer> unused = submit(i);
        }
        atPark = inbox::end;
        assertThat(failure(submit(COMMANDS)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the driver has stopped; start another one");
        assertThat(parks).hasSize(1);
    }

    @Test
    void behindTheEndEverythingIsRefused() {
        CompletableFuture<Integer> brought = submit(1);
        inbox.servedBy(Thread.currentThread());
        CompletableFuture<?>[] putOff = new CompletableFuture<?>[65];
        for (int i = 0; i < putOff.length; i++) {
            putOff[i] = submit(i);
        }
        assertThat(inbox.hasEnded()).isFalse();
        inbox.end();
        assertThat(inbox.hasEnded()).isTrue();
        assertThat(putOff[64]).isNotDone();
        inbox.refuseAll();
        assertThat(failure(brought)).isInstanceOf(IllegalStateException.class);
        assertThat(failure(putOff[64])).isInstanceOf(IllegalStateException.class);
        assertThat(failure(submit(2))).isInstanceOf(IllegalStateException.class);
        assertThat(failure(elsewhere(() -> submit(3)))).isInstanceOf(IllegalStateException.class);
        assertThat(ran).hasSize(64).doesNotContain(64);
    }

    @Test
    void whatWasGivenUpIsNotRun() {
        CompletableFuture<Integer> call = submit(1);
        assertThat(call.cancel(false)).isTrue();
        assertThat(inbox.serve()).isEqualTo(1);
        assertThat(ran).isEmpty();
    }

    // What is told of connections.

    @Test
    void signalsAreTakenAllAtOnceAndEachOnce() {
        SteeredPair pair = new SteeredPair();
        List<RingConnection> three = new ArrayList<>();
        Signals signals = new Signals();
        assertThat(signals.isEmpty()).isTrue();
        assertThat(signals.take()).isZero();
        for (int i = 0; i < 3; i++) {
            three.add(new RingConnection(pair.client, what -> {}));
            signals.add(three.get(i));
        }
        assertThat(signals.isEmpty()).isFalse();
        assertThat(signals.take()).isEqualTo(3);
        assertThat(signals.isEmpty()).isTrue();
        assertThat(signals.take()).isZero();
        assertThat(three).allMatch(each -> each.nextSignalled == null);
        signals.add(three.get(1));
        assertThat(signals.take()).isEqualTo(1);
    }

    @Test
    void aSignalWakesAndIsServed() {
        SteeredPair pair = new SteeredPair();
        assertThat(inbox.mayWait()).isTrue();
        inbox.signal(new RingConnection(pair.client, what -> {}));
        assertThat(roused).isEqualTo(1);
        assertThat(inbox.mayWait()).isFalse();
        assertThat(inbox.serve()).isEqualTo(1);
    }

    // The JVM's time, and an interrupt's bell.

    @Test
    void theTimeOfTheJvmIsItsClockAndItsParking() {
        Timekeeper system = Timekeeper.SYSTEM;
        long before = System.nanoTime();
        assertThat(system.nowNs() - before).isBetween(0L, 60_000_000_000L);
        // A permit that is there already: neither waits.
        long shortNs = 4_000_000_000L;
        system.unpark(Thread.currentThread());
        system.park(this, shortNs);
        system.wake(Thread.currentThread());
        system.park(this, shortNs);
        assertThat(system.nowNs() - before).isLessThan(shortNs);
        system.driverHasWork();
        assertThat(system).hasToString("the system's time");
        Thread.currentThread().interrupt();
        system.park(this, 0);
        assertThat(Thread.interrupted()).isTrue();
        system.park(this, 1);
        assertThat(LockSupport.getBlocker(Thread.currentThread())).isNull();
    }

    @Test
    void aLimitOfTheTimeOfTheJvmEndsAWait() throws Exception {
        long[] lasted = new long[1];
        Thread parked =
                new Thread(
                        () -> {
                            long begin = System.nanoTime();
                            Timekeeper.SYSTEM.park(this, 50_000_000);
                            lasted[0] = System.nanoTime() - begin;
                        });
        parked.setDaemon(true);
        parked.start();
        parked.join(4_000);
        assertThat(parked.isAlive()).isFalse();
        assertThat(lasted[0]).isGreaterThanOrEqualTo(50_000_000);
    }

    @Test
    void withoutALimitTheTimeOfTheJvmParksUntilItIsTold() throws Exception {
        Thread parked = new Thread(() -> Timekeeper.SYSTEM.park(this, 0));
        parked.setDaemon(true);
        parked.start();
        long end = System.nanoTime() + 4_000_000_000L;
        while (parked.getState() != Thread.State.WAITING && System.nanoTime() - end < 0) {
            Thread.onSpinWait();
        }
        assertThat(parked.getState()).isEqualTo(Thread.State.WAITING);
        Timekeeper.SYSTEM.unpark(parked);
        parked.join(4_000);
        assertThat(parked.isAlive()).isFalse();
    }

    @Test
    void anInterruptRingsTheBellWhileItWaits() throws Exception {
        InterruptBell bell = new InterruptBell(() -> roused++);
        bell.waitBegins();
        assertThat(roused).isZero();
        Thread own = Thread.currentThread();
        CompletableFuture.runAsync(own::interrupt).join();
        assertThat(roused).isEqualTo(1);
        bell.waitEnds();
        CompletableFuture.runAsync(own::interrupt).join();
        assertThat(roused).as("nobody waits").isEqualTo(1);
        bell.waitBegins();
        assertThat(roused).as("it had come before").isEqualTo(2);
        bell.waitEnds();
        assertThat(Thread.interrupted()).isTrue();
        assertThat(bell.wakeup()).isSameAs(bell);
        assertThat(roused).isEqualTo(3);
        bell.close();
        for (Runnable each :
                List.<Runnable>of(
                        bell::keys,
                        bell::selectedKeys,
                        bell::selectNow,
                        bell::select,
                        () -> bell.select(1),
                        () -> bell.register(null, 0, null))) {
            assertThatThrownBy(each::run)
                    .isInstanceOf(UnsupportedOperationException.class)
                    .hasMessage("this selector only listens for interrupts");
        }
    }

    /** Notes who waits and for how long. */
    private final class Recording implements Timekeeper {

        @Override
        public long nowNs() {
            return 0;
        }

        @Override
        public void park(Object blocker, long nanos) {
            parks.add(nanos);
            assertThat(parks).hasSizeLessThan(100);
            atPark.run();
        }

        @Override
        public void unpark(Thread thread) {}

        @Override
        public void wake(Thread parked) {}

        @Override
        public void driverHasWork() {}
    }
}
