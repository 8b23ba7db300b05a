package io.finwait.raw;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Waits for a device or for being woken: ppoll over the device and an eventfd.
 *
 * <p>{@link #await} and {@link #close} belong to one thread, {@link #wakeup} to all.
 */
final class Poller {

    private static final short POLLIN = 0x01;
    private static final short POLLOUT = 0x04;
    private static final int EFD_NONBLOCK = Libc.O_NONBLOCK;
    private static final int EFD_CLOEXEC = Libc.O_CLOEXEC;

    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    /**
     * Two struct pollfd of 8 octets (fd, events, revents), the device's first; a struct timespec.
     */
    private static final int EVENTS = 4;

    private static final int WAKE = 8;
    private static final int WAKE_REVENTS = WAKE + 6;
    private static final int TIMESPEC = 16;
    private static final int NANOS = 24;

    private final Libc libc = new Libc();
    private final MemorySegment memory = Arena.ofAuto().allocate(40, Long.BYTES);

    /** Eight octets that go into and come out of the eventfd. */
    private final MemorySegment one = Arena.ofAuto().allocateFrom(JAVA_LONG, 1L);

    private final MemorySegment drained = Arena.ofAuto().allocate(JAVA_LONG);

    /**
     * True from a wake-up to the end of the await that it ends, so that many wake-ups cost one
     * write. It is only ever exchanged: each exchange sees what was done before the one that it
     * follows, on both sides, so that an await that swallows a wake-up also sees what the waker had
     * put down before.
     */
    private final AtomicBoolean woken = new AtomicBoolean();

    private final Object wakeLock = new Object();

    /** Guarded by {@link #wakeLock}, as is {@link #eventfd} for writing to it. */
    private final Libc libcOfWakers = new Libc();

    private int eventfd;

    Poller(int deviceFd) {
        eventfd = libc.eventfd(EFD_NONBLOCK | EFD_CLOEXEC);
        if (eventfd < 0) {
            throw Linux.failure("no eventfd for waking up a transport", eventfd);
        }
        memory.set(JAVA_INT, 0, deviceFd);
        memory.set(JAVA_INT, WAKE, eventfd);
        memory.set(JAVA_SHORT, WAKE + EVENTS, POLLIN);
    }

    /**
     * Waits until the device can be read, or written when that is asked for, or somebody wakes, or
     * the time has passed.
     *
     * @param timeoutNs in nanoseconds; 0 or less looks and returns
     */
    void await(long timeoutNs, boolean untilWritable) {
        if (woken.get()) {
            swallowWakeup();
            return;
        }
        memory.set(JAVA_SHORT, EVENTS, untilWritable ? (short) (POLLIN | POLLOUT) : POLLIN);
        long nanos = Math.max(timeoutNs, 0);
        memory.set(JAVA_LONG, TIMESPEC, nanos / NANOS_PER_SECOND);
        memory.set(JAVA_LONG, NANOS, nanos % NANOS_PER_SECOND);
        int ready = libc.ppoll(memory, 2, TIMESPEC);
        if (ready > 0 && memory.get(JAVA_SHORT, WAKE_REVENTS) != 0) {
            swallowWakeup();
        }
    }

    private void swallowWakeup() {
        libc.read(eventfd, drained, 0, Long.BYTES);
        woken.getAndSet(false);
    }

    /** Forgets the device: from now on only a wake-up or the timeout ends a wait. */
    void forgetDevice() {
        // The kernel skips a negative fd.
        memory.set(JAVA_INT, 0, -1);
    }

    void wakeup() {
        if (woken.getAndSet(true)) {
            return;
        }
        synchronized (wakeLock) {
            // After close the number may belong to another file already.
            if (eventfd >= 0) {
                libcOfWakers.write(eventfd, one, 0, Long.BYTES);
            }
        }
    }

    void close() {
        synchronized (wakeLock) {
            libc.close(eventfd);
            eventfd = -1;
        }
    }
}
