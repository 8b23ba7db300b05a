package io.finwait.raw;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Structures for receiving or sending many frames by one system call (recvmmsg(2), sendmmsg(2)): an
 * mmsghdr, an iovec, and room for a struct tpacket_auxdata for each.
 */
final class MessageBatch {

    private static final int MESSAGE = 64;
    private static final int IOVEC = 16;
    private static final int CONTROL = 64;

    /** Places in a message: the iovec, how many, the control data, their length, flags, length. */
    private static final int VECTOR = 16;

    private static final int VECTORS = 24;
    private static final int CONTROL_AT = 32;
    private static final int CONTROL_LENGTH = 40;
    private static final int FLAGS = 48;
    private static final int LENGTH = 56;

    /** Places in the control data: level and type, and the fields of tpacket_auxdata. */
    private static final int LEVEL = 8;

    private static final int TYPE = 12;
    private static final int STATUS = 16;
    private static final int VLAN_TCI = 32;
    private static final int SOL_PACKET = 263;
    private static final int PACKET_AUXDATA = 8;
    private static final int CHECKSUM_IS_NOT_READY = 1 << 3;
    private static final int VLAN_IS_VALID = 1 << 4;

    private static final int MSG_TRUNC = 0x20;

    private final MemorySegment messages;
    private final MemorySegment vectors;
    private final MemorySegment controls;
    private final boolean withControl;

    MessageBatch(int capacity, boolean withControl) {
        this.withControl = withControl;
        messages = Arena.ofAuto().allocate((long) capacity * MESSAGE, Long.BYTES);
        vectors = Arena.ofAuto().allocate((long) capacity * IOVEC, Long.BYTES);
        controls = Arena.ofAuto().allocate((long) capacity * CONTROL, Long.BYTES);
        for (int i = 0; i < capacity; i++) {
            long at = (long) i * MESSAGE;
            messages.set(JAVA_LONG, at + VECTOR, vectors.address() + (long) i * IOVEC);
            messages.set(JAVA_LONG, at + VECTORS, 1L);
            if (withControl) {
                long control = controls.address() + (long) i * CONTROL;
                messages.set(JAVA_LONG, at + CONTROL_AT, control);
            }
        }
    }

    MemorySegment messages() {
        return messages;
    }

    /** Where the octets of a message are, or come to. */
    void set(int index, MemorySegment memory, long offset, long octets) {
        vectors.set(JAVA_LONG, (long) index * IOVEC, memory.address() + offset);
        vectors.set(JAVA_LONG, (long) index * IOVEC + 8, octets);
        if (withControl) {
            messages.set(JAVA_LONG, (long) index * MESSAGE + CONTROL_LENGTH, (long) CONTROL);
            controls.set(JAVA_INT, (long) index * CONTROL + LEVEL, 0);
        }
    }

    /** How many octets were received. */
    int length(int index) {
        return messages.get(JAVA_INT, (long) index * MESSAGE + LENGTH);
    }

    /** True when the message was longer than the room for it. */
    boolean isTruncated(int index) {
        return (messages.get(JAVA_INT, (long) index * MESSAGE + FLAGS) & MSG_TRUNC) != 0;
    }

    private int status(int index) {
        long at = (long) index * CONTROL;
        boolean told =
                controls.get(JAVA_INT, at + LEVEL) == SOL_PACKET
                        && controls.get(JAVA_INT, at + TYPE) == PACKET_AUXDATA;
        return told ? controls.get(JAVA_INT, at + STATUS) : 0;
    }

    /** True when the sender, on this machine, has left the checksum to a card that never came. */
    boolean lacksChecksum(int index) {
        return (status(index) & CHECKSUM_IS_NOT_READY) != 0;
    }

    /** The VLAN tag that the kernel has taken out of the frame; -1: there was none. */
    int tag(int index) {
        return (status(index) & VLAN_IS_VALID) == 0
                ? -1
                : controls.get(JAVA_SHORT, (long) index * CONTROL + VLAN_TCI) & 0xFFFF;
    }
}
