package io.finwait.link;

import java.nio.ByteBuffer;

/**
 * The header of a frame: two addresses, a VLAN tag where there is one (IEEE 802.1Q), and the type
 * of the payload.
 */
final class FrameHeader {

    static final int IPV4 = 0x0800;
    static final int ARP = 0x0806;
    static final int IPV6 = 0x86DD;

    private static final int VLAN = 0x8100;
    private static final int SOURCE = 6;
    private static final int TYPE = 12;

    /** Octets of a header without a tag. */
    static final int UNTAGGED = 14;

    private static final int TAGGED = 18;
    private static final int VLAN_ID = 0x0FFF;

    private final long mac;
    private final int vlan;

    FrameHeader(long mac, int vlan) {
        this.mac = mac;
        this.vlan = vlan;
    }

    /** Our own address. */
    long mac() {
        return mac;
    }

    /** Octets of the header in frames that we send. */
    int length() {
        return vlan == 0 ? UNTAGGED : TAGGED;
    }

    /** Writes the header of a frame from us. */
    void write(ByteBuffer b, int at, long destination, int type) {
        MacAddress.write(b, at, destination);
        MacAddress.write(b, at + SOURCE, mac);
        int typeAt = at + TYPE;
        if (vlan != 0) {
            b.putInt(typeAt, VLAN << 16 | vlan);
            typeAt += TAGGED - UNTAGGED;
        }
        b.putShort(typeAt, (short) type);
    }

    /**
     * Octets of a received frame's header; 0 when the frame is too short, comes from ourselves or a
     * group, goes to another host, or belongs to another VLAN. A tag that names no VLAN, but only a
     * priority, is as good as none.
     */
    int received(ByteBuffer b, int at, int length) {
        if (length < UNTAGGED) {
            return 0;
        }
        long destination = MacAddress.read(b, at);
        long source = MacAddress.read(b, at + SOURCE);
        if ((destination != mac && !MacAddress.isGroup(destination))
                || source == mac
                || !MacAddress.isOfOneHost(source)) {
            return 0;
        }
        if ((b.getShort(at + TYPE) & 0xFFFF) != VLAN) {
            return vlan == 0 ? UNTAGGED : 0;
        }
        boolean ours = length >= TAGGED && (b.getShort(at + UNTAGGED) & VLAN_ID) == vlan;
        return ours ? TAGGED : 0;
    }

    /** True when a received frame goes to us alone. */
    boolean isToUs(ByteBuffer b, int at) {
        return MacAddress.read(b, at) == mac;
    }

    /** The type of the payload behind a header of so many octets. */
    static int type(ByteBuffer b, int at, int header) {
        return b.getShort(at + header - 2) & 0xFFFF;
    }
}
