package io.finwait.raw;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * A program for the kernel's eBPF machine, put together instruction by instruction (the kernel's
 * Documentation/bpf/standardization/instruction-set.rst). Only what is needed here is known.
 */
final class BpfProgram {

    /** Octets of an instruction (struct bpf_insn). */
    private static final int INSTRUCTION = 8;

    private static final int LOAD_WORD = 0x61;
    private static final int LOAD_HALF = 0x69;
    private static final int LOAD_OCTET = 0x71;
    private static final int LOAD_MAP = 0x18;
    private static final int MAP_BY_FD = 1;
    private static final int ADD = 0x07;
    private static final int MOVE = 0xB7;
    private static final int MOVE_REGISTER = 0xBF;
    private static final int AND = 0x57;
    private static final int JUMP = 0x05;
    private static final int JUMP_IF_ABOVE = 0x2D;
    private static final int JUMP_IF_EQUAL = 0x15;
    private static final int JUMP_UNLESS_EQUAL = 0x55;
    private static final int CALL = 0x85;
    private static final int EXIT = 0x95;

    /** A place in the program, to which jumps may lead before it is known. */
    static final class Label {
        private int at = -1;
    }

    private record Jump(int from, Label to) {}

    private final List<Long> instructions = new ArrayList<>();
    private final List<Jump> jumps = new ArrayList<>();

    private void add(int code, int destination, int source, int offset, int number) {
        // Read as a number of eight octets, in the order of a machine that is little-endian.
        instructions.add(
                (long) number << 32
                        | (offset & 0xFFFFL) << 16
                        | (long) (source << 4 | destination) << 8
                        | code);
    }

    private void jump(int code, int register, int other, int number, Label to) {
        jumps.add(new Jump(instructions.size(), to));
        add(code, register, other, 0, number);
    }

    void loadWord(int into, int base, int offset) {
        add(LOAD_WORD, into, base, offset, 0);
    }

    void loadHalf(int into, int base, int offset) {
        add(LOAD_HALF, into, base, offset, 0);
    }

    void loadOctet(int into, int base, int offset) {
        add(LOAD_OCTET, into, base, offset, 0);
    }

    void move(int into, int number) {
        add(MOVE, into, 0, 0, number);
    }

    void copy(int into, int from) {
        add(MOVE_REGISTER, into, from, 0, 0);
    }

    void add(int into, int number) {
        add(ADD, into, 0, 0, number);
    }

    void and(int into, int number) {
        add(AND, into, 0, 0, number);
    }

    /** A map by its file, which takes the room of two instructions. */
    void loadMap(int into, int fd) {
        add(LOAD_MAP, into, MAP_BY_FD, 0, fd);
        add(0, 0, 0, 0, 0);
    }

    void jump(Label to) {
        jump(JUMP, 0, 0, 0, to);
    }

    void jumpIfAbove(int register, int other, Label to) {
        jump(JUMP_IF_ABOVE, register, other, 0, to);
    }

    void jumpIfEqual(int register, int number, Label to) {
        jump(JUMP_IF_EQUAL, register, 0, number, to);
    }

    void jumpUnlessEqual(int register, int number, Label to) {
        jump(JUMP_UNLESS_EQUAL, register, 0, number, to);
    }

    void call(int helper) {
        add(CALL, 0, 0, 0, helper);
    }

    void exit() {
        add(EXIT, 0, 0, 0, 0);
    }

    /** The next instruction is what jumps to this label lead to. */
    void place(Label label) {
        label.at = instructions.size();
    }

    /** How many instructions the kernel counts. */
    int length() {
        return instructions.size();
    }

    /** The program as the kernel takes it. */
    MemorySegment assemble(Arena arena) {
        MemorySegment memory = arena.allocate((long) length() * INSTRUCTION, Long.BYTES);
        ByteBuffer b = memory.asByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
        for (long each : instructions) {
            b.putLong(each);
        }
        for (Jump each : jumps) {
            // Counted from the instruction behind the jump.
            b.putShort(each.from * INSTRUCTION + 2, (short) (each.to.at - each.from - 1));
        }
        return memory;
    }
}
