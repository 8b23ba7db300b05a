package io.finwait.driver;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.spi.Capabilities;
import io.finwait.spi.Packet;
import io.finwait.spi.PacketBatch;
import io.finwait.spi.Transport;
import io.finwait.tcp.EndpointConfig;
import io.finwait.wire.IpAddress;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * Two drivers without threads, joined by a cable, and a time that passes only here: all of it
 * belongs to the thread of a test. A socket that would block gives the drivers their turns instead,
 * and time jumps to what is due next. Who waits for what never comes is told at once, so that a
 * fault ends a test instead of stopping it.
 */
public final class SteeredPair implements Timekeeper {

    public static final IpAddress CLIENT = IpAddress.parse("10.0.0.1");
    public static final IpAddress SERVER = IpAddress.parse("10.0.0.2");

    /** Nobody answers there. */
    public static final IpAddress NOBODY = IpAddress.parse("10.0.0.9");

    private static final int MOST_TURNS = 20_000;
    private static final long LONGEST_NS = Duration.ofDays(2).toNanos();

    private final Queue<Runnable> whileWaiting = new ArrayDeque<>();
    private final long beginNs;
    private long nowNs;
    private boolean unparked;
    private int depth;
    private int inARow;
    private int calls;
    private Object waitsFor;

    /** What carries the packets of each. */
    public final Cable clientCable = new Cable();

    public final Cable serverCable = new Cable();

    public final SteeredDriver steeredClient;
    public final SteeredDriver steeredServer;
    public final Driver client;
    public final Driver server;

    public SteeredPair() {
        this(builder -> builder);
    }

    /** Both with other settings. */
    public SteeredPair(UnaryOperator<EndpointConfig.Builder> settings) {
        this(settings, 1_000_000_000L);
    }

    SteeredPair(UnaryOperator<EndpointConfig.Builder> settings, long beginNs) {
        this.beginNs = beginNs;
        nowNs = beginNs;
        clientCable.other = serverCable;
        serverCable.other = clientCable;
        EndpointConfig.Builder ours = EndpointConfig.builder().address(CLIENT).seed(1);
        EndpointConfig.Builder theirs = EndpointConfig.builder().address(SERVER).seed(2);
        steeredClient = SteeredDriver.over(settings.apply(ours).build(), clientCable, this);
        steeredServer = SteeredDriver.over(settings.apply(theirs).build(), serverCable, this);
        client = steeredClient.driver();
        server = steeredServer.driver();
        // From now on this is the thread of both.
        settle();
    }

    /** The answer to a call, which must be there. */
    public static <T> T now(CompletableFuture<T> answer) {
        assertThat(answer).as("an answer that must be there").isDone();
        return answer.join();
    }

    /** Why a call has failed, which it must have by now. */
    public static Throwable failure(CompletableFuture<?> answer) {
        assertThat(answer).as("a failure that must be there").isCompletedExceptionally();
        return answer.handle((result, failure) -> failure).join();
    }

    /** What a call of another thread gives; the driver has not served it yet. */
    public static <T> T elsewhere(Supplier<T> call) {
        return CompletableFuture.supplyAsync(call).join();
    }

    public static ByteBuffer text(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
    }

    public static String text(ByteBuffer read) {
        return StandardCharsets.US_ASCII.decode(read.duplicate().flip()).toString();
    }

    // Turns and time.

    private int turn() {
        return steeredClient.turn(nowNs) + steeredServer.turn(nowNs);
    }

    /** Gives turns until nothing is left to do at this time. */
    public void settle() {
        int turns = 0;
        while (turn() > 0) {
            assertThat(++turns).as("turns without an end").isLessThan(MOST_TURNS);
        }
    }

    private long nextDeadlineNs() {
        long ours = steeredClient.nextDeadlineNs();
        long theirs = steeredServer.nextDeadlineNs();
        if (ours == Long.MAX_VALUE || theirs == Long.MAX_VALUE) {
            return ours == Long.MAX_VALUE ? theirs : ours;
        }
        return ours - theirs < 0 ? ours : theirs;
    }

    /** Lets time pass; what is due on the way is done when it is due. */
    public void advance(Duration time) {
        long until = nowNs + time.toNanos();
        settle();
        while (moveTo(until)) {
            settle();
        }
        settle();
    }

    /** To the next deadline, but not beyond a time; false when that is reached. */
    private boolean moveTo(long untilNs) {
        long next = nextDeadlineNs();
        boolean before = next != Long.MAX_VALUE && next - untilNs < 0;
        nowNs = before ? (next - nowNs > 0 ? next : nowNs + 1) : untilNs;
        assertThat(nowNs - beginNs).as("time without an end").isLessThan(LONGEST_NS);
        return before;
    }

    /** How much time has passed. */
    public Duration elapsed() {
        return Duration.ofNanos(nowNs - beginNs);
    }

    /**
     * When a socket waits next and nothing is left to do at that time, this is done: what another
     * thread would do meanwhile. Several are done one at each such moment.
     */
    public void whileWaiting(Runnable action) {
        whileWaiting.add(action);
    }

    /** Does something when so much time has passed. */
    public void after(Duration time, Runnable action) {
        client.at(nowNs + time.toNanos(), action);
    }

    /** All that was to be done while something waits has been done. */
    public boolean hasWaited() {
        return whileWaiting.isEmpty();
    }

    /** How often a driver was told of a call of another thread. */
    public int calls() {
        return calls;
    }

    @Override
    public long nowNs() {
        return nowNs;
    }

    @Override
    public void park(Object blocker, long nanos) {
        assertThat(nanos).as("how long it waits").isNotNegative();
        long until = nowNs + nanos;
        waitsFor = blocker;
        boolean stays = unparked || Thread.currentThread().isInterrupted();
        inARow = stays ? inARow + 1 : 0;
        assertThat(inARow).as("waits that end at once").isLessThan(MOST_TURNS);
        depth++;
        while (!unparked && !Thread.currentThread().isInterrupted()) {
            if (turn() > 0) {
                continue;
            }
            Runnable next = whileWaiting.poll();
            if (next != null) {
                next.run();
            } else if (nanos > 0) {
                if (nowNs - until >= 0) {
                    break;
                }
                boolean unused = moveTo(until);
            } else {
                long due = nextDeadlineNs();
                if (due == Long.MAX_VALUE) {
                    throw new AssertionError("nothing will ever end the wait for " + waitsFor);
                }
                boolean unused = moveTo(due);
            }
        }
        depth--;
        // Whom the action of a wait within a wait has woken is not known: both look again.
        unparked = depth > 0;
    }

    @Override
    public void unpark(Thread thread) {
        unparked = true;
    }

    @Override
    public void wake(Thread parked) {
        Timekeeper.SYSTEM.wake(parked);
    }

    @Override
    public void driverHasWork() {
        calls++;
    }

    /** One end of a cable that loses what it is told to. */
    public static final class Cable implements Transport {

        private Cable other;
        private final Queue<ByteBuffer> arrived = new ArrayDeque<>();
        private Predicate<ByteBuffer> loses = packet -> false;
        private RuntimeException fault;
        private RuntimeException closeFault;
        private int sent;
        private boolean closed;

        /** What is sent here and not to arrive. */
        public void loses(Predicate<ByteBuffer> newLoses) {
            loses = newLoses;
        }

        /** Each call fails from now on. */
        public void failsWith(RuntimeException newFault) {
            fault = newFault;
        }

        /** It can't be closed. */
        public void failsToCloseWith(RuntimeException newFault) {
            closeFault = newFault;
        }

        /** A packet from nowhere. */
        public void deliver(ByteBuffer packet) {
            arrived.add(packet);
        }

        /** How many packets were sent here. */
        public int sent() {
            return sent;
        }

        public boolean isClosed() {
            return closed;
        }

        @Override
        public Capabilities capabilities() {
            return Capabilities.plain(1_500);
        }

        @Override
        public int receive(PacketBatch into, long nowNs) {
            if (fault != null) {
                throw fault;
            }
            int count = 0;
            while (!arrived.isEmpty() && into.room() > 0) {
                ByteBuffer next = arrived.remove();
                into.add(new Packet(next, 0, next.limit()));
                count++;
            }
            return count;
        }

        @Override
        public Packet claim(int length) {
            return new Packet(ByteBuffer.allocate(length), 0, length);
        }

        @Override
        public void commit(Packet packet, long nowNs) {
            sent++;
            ByteBuffer octets = packet.buffer().position(0).limit(packet.length()).slice();
            if (!loses.test(octets) && !other.closed) {
                other.arrived.add(octets);
            }
        }

        @Override
        public void abandon(Packet packet) {}

        @Override
        public long nextDeadlineNs() {
            return Long.MAX_VALUE;
        }

        @Override
        public void await(long timeoutNs) {
            throw new AssertionError("a driver without a thread does not wait");
        }

        @Override
        public void wakeup() {}

        @Override
        public void close() {
            closed = true;
            if (closeFault != null) {
                throw closeFault;
            }
        }
    }
}
