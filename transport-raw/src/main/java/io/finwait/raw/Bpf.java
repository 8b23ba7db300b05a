package io.finwait.raw;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * What XDP needs of bpf(2): a map of sockets, a program, and a link that attaches it to an
 * interface for as long as the link is open. Each is a file; the methods answer like the kernel, 0
 * or more on success and the negative {@code errno} otherwise.
 */
final class Bpf {

    /** How a program is attached: in the driver, or behind it, which works with every driver. */
    static final int NATIVE = 4;

    static final int GENERIC = 2;

    private static final int MAP_CREATE = 0;
    private static final int MAP_UPDATE_ELEM = 2;
    private static final int PROG_LOAD = 5;
    private static final int LINK_CREATE = 28;
    private static final int MAP_TYPE_XSKMAP = 17;
    private static final int PROG_TYPE_XDP = 6;
    private static final int ATTACH_TYPE_XDP = 37;

    /** Octets of the parts of union bpf_attr that belong to a command. */
    private static final int MAP_ATTRIBUTES = 24;

    private static final int ELEMENT_ATTRIBUTES = 32;
    private static final int PROGRAM_ATTRIBUTES = 72;
    private static final int LINK_ATTRIBUTES = 16;

    private static final int PROGRAM_NAME = 48;
    private static final int PROGRAM_ATTACH_TYPE = 68;

    private final XdpCalls calls = new XdpCalls();

    /** A map from queues to XDP sockets. */
    int socketMap(int queues) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attributes = arena.allocate(MAP_ATTRIBUTES, Long.BYTES);
            attributes.set(JAVA_INT, 0, MAP_TYPE_XSKMAP);
            attributes.set(JAVA_INT, 4, Integer.BYTES);
            attributes.set(JAVA_INT, 8, Integer.BYTES);
            attributes.set(JAVA_INT, 12, queues);
            return calls.bpf(MAP_CREATE, attributes);
        }
    }

    /** Puts a bound socket into such a map. */
    int put(int map, int queue, int socket) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attributes = arena.allocate(ELEMENT_ATTRIBUTES, Long.BYTES);
            attributes.set(JAVA_INT, 0, map);
            attributes.set(JAVA_LONG, 8, arena.allocateFrom(JAVA_INT, queue).address());
            attributes.set(JAVA_LONG, 16, arena.allocateFrom(JAVA_INT, socket).address());
            return calls.bpf(MAP_UPDATE_ELEM, attributes);
        }
    }

    /** Loads a program for XDP. */
    int load(BpfProgram program) {
        try (Arena arena = Arena.ofConfined()) {
            return calls.bpf(PROG_LOAD, attributes(arena, program));
        }
    }

    private static MemorySegment attributes(Arena arena, BpfProgram program) {
        MemorySegment attributes = arena.allocate(PROGRAM_ATTRIBUTES, Long.BYTES);
        attributes.set(JAVA_INT, 0, PROG_TYPE_XDP);
        attributes.set(JAVA_INT, 4, program.length());
        attributes.set(JAVA_LONG, 8, program.assemble(arena).address());
        attributes.set(JAVA_LONG, 16, arena.allocateFrom("Apache-2.0").address());
        attributes.setString(PROGRAM_NAME, "finwait");
        attributes.set(JAVA_INT, PROGRAM_ATTACH_TYPE, ATTACH_TYPE_XDP);
        return attributes;
    }

    /**
     * Attaches a program to an interface of the calling thread's network namespace.
     *
     * @param mode {@link #NATIVE} or {@link #GENERIC}
     */
    int attach(int program, int index, int mode) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attributes = arena.allocate(LINK_ATTRIBUTES, Long.BYTES);
            attributes.set(JAVA_INT, 0, program);
            attributes.set(JAVA_INT, 4, index);
            attributes.set(JAVA_INT, 8, ATTACH_TYPE_XDP);
            attributes.set(JAVA_INT, 12, mode);
            return calls.bpf(LINK_CREATE, attributes);
        }
    }
}
