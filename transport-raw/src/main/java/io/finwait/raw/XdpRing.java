package io.finwait.raw;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;

/**
 * One of the four rings that an XDP socket shares with the kernel (the kernel's
 * Documentation/networking/af_xdp.rst). One side writes entries and then says how many there are,
 * the other reads them and then says how many it has read. Each side's number is written by it
 * alone, with release, and read by the other with acquire. On one thread.
 */
final class XdpRing {

    /** What a ring is, its option of setsockopt, its place for mmap, and octets of an entry. */
    enum Kind {
        RX(2, 0L, 0, 16),
        TX(3, 0x8000_0000L, 32, 16),
        FILL(5, 0x1_0000_0000L, 64, 8),
        COMPLETION(6, 0x1_8000_0000L, 96, 8);

        final int option;
        final long mapOffset;

        /** Where struct xdp_mmap_offsets says where in the memory the ring's parts are. */
        final int offsetsAt;

        final int entry;

        Kind(int option, long mapOffset, int offsetsAt, int entry) {
            this.option = option;
            this.mapOffset = mapOffset;
            this.offsetsAt = offsetsAt;
            this.entry = entry;
        }
    }

    /** struct xdp_mmap_offsets: of each ring, in octets, producer, consumer, entries, flags. */
    static final int OFFSETS = 128;

    private static final int NEED_WAKEUP = 1;

    /** In an entry of RX and TX behind the address. */
    private static final int LENGTH = 8;

    private static final VarHandle NUMBER = JAVA_INT.varHandle();

    private final MemorySegment memory;
    private final int entry;
    private final int mask;
    private final long producer;
    private final long consumer;
    private final long entries;
    private final long flags;

    /** How many entries this side has written, or read; modulo 2^32. */
    private int mine;

    private XdpRing(Kind kind, MemorySegment memory, int size, MemorySegment offsets) {
        this.memory = memory;
        entry = kind.entry;
        mask = size - 1;
        producer = offsets.get(JAVA_LONG, kind.offsetsAt);
        consumer = offsets.get(JAVA_LONG, kind.offsetsAt + 8L);
        entries = offsets.get(JAVA_LONG, kind.offsetsAt + 16L);
        flags = offsets.get(JAVA_LONG, kind.offsetsAt + 24L);
    }

    /**
     * Maps a ring that the socket has.
     *
     * @param size how many entries, a power of two
     * @param offsets a struct xdp_mmap_offsets of the socket
     * @param arena ends the mapping
     */
    @SuppressWarnings(
            "restricted") // The memory is the kernel's; how much there is follows from it.
    static XdpRing map(int fd, Kind kind, int size, MemorySegment offsets, Arena arena) {
        long octets = offsets.get(JAVA_LONG, kind.offsetsAt + 16L) + (long) size * kind.entry;
        long address = new XdpCalls().mmap(fd, octets, kind.mapOffset);
        if (address < 0) {
            throw Linux.failure("the rings of an XDP socket can't be mapped", address);
        }
        MemorySegment memory =
                MemorySegment.ofAddress(address)
                        .reinterpret(octets, arena, each -> new XdpCalls().munmap(address, octets));
        return new XdpRing(kind, memory, size, offsets);
    }

    /** Where the kernel writes: how many entries there are to read. */
    int available() {
        return (int) NUMBER.getAcquire(memory, producer) - mine;
    }

    /** What an available entry says, so many behind the first. */
    long address(int behind) {
        return memory.get(JAVA_LONG, at(mine + behind));
    }

    /** How many octets an available entry of RX has. */
    int length(int behind) {
        return memory.get(JAVA_INT, at(mine + behind) + LENGTH);
    }

    /** So many entries are read, and may be written again. */
    void release(int count) {
        mine += count;
        NUMBER.setRelease(memory, consumer, mine);
    }

    /** Where we write: how many entries the kernel has not read yet. */
    int unread() {
        return mine - (int) NUMBER.getAcquire(memory, consumer);
    }

    /** Writes an entry, for which there must be room; the kernel sees it after {@link #publish}. */
    void write(long address) {
        memory.set(JAVA_LONG, at(mine++), address);
    }

    /** The same for TX. */
    void write(long address, int length) {
        long at = at(mine++);
        memory.set(JAVA_LONG, at, address);
        memory.set(JAVA_LONG, at + LENGTH, length);
    }

    void publish() {
        NUMBER.setRelease(memory, producer, mine);
    }

    /** True when the kernel looks into the ring only when it is called. */
    boolean needsCall() {
        return ((int) NUMBER.getAcquire(memory, flags) & NEED_WAKEUP) != 0;
    }

    private long at(int number) {
        return entries + (long) (number & mask) * entry;
    }
}
