package io.finwait.trace.capture;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Writes captures by hand, octet by octet, in every form in which they come. */
final class CaptureFiles {

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteOrder order;

    CaptureFiles(ByteOrder order) {
        this.order = order;
    }

    byte[] octets() {
        return out.toByteArray();
    }

    CaptureFiles pcapHeader(int magic, int linkType) {
        return put(b -> b.putInt(magic).putShort((short) 2).putShort((short) 4))
                .put(b -> b.putInt(0).putInt(0).putInt(65_535).putInt(linkType));
    }

    CaptureFiles pcapPacket(int seconds, int ticks, byte[] frame, int original) {
        put(b -> b.putInt(seconds).putInt(ticks).putInt(frame.length).putInt(original));
        out.writeBytes(frame);
        return this;
    }

    CaptureFiles section() {
        return block(
                0x0A0D0D0A,
                b -> b.putInt(0x1A2B3C4D).putShort((short) 1).putShort((short) 0).putLong(-1));
    }

    CaptureFiles describe(int linkType, Options options) {
        return block(
                1,
                b -> {
                    b.putShort((short) linkType).putShort((short) 0).putInt(0);
                    options.write(b);
                    b.putShort((short) 0).putShort((short) 0);
                });
    }

    CaptureFiles enhanced(int on, long ticks, byte[] frame, int original) {
        return block(
                6,
                b -> {
                    b.putInt(on).putInt((int) (ticks >>> 32)).putInt((int) ticks);
                    b.putInt(frame.length).putInt(original).put(frame);
                });
    }

    CaptureFiles simple(byte[] frame) {
        return block(3, b -> b.putInt(frame.length).put(frame));
    }

    CaptureFiles unknownBlock() {
        return block(0x0BAD, b -> b.putInt(42));
    }

    /** Options of an interface. */
    interface Options {
        void write(ByteBuffer b);

        static Options none() {
            return b -> {};
        }

        static Options resolution(int value) {
            return b ->
                    b.putShort((short) 9).putShort((short) 1).put((byte) value).put(new byte[3]);
        }

        static Options offset(long seconds) {
            return b -> b.putShort((short) 14).putShort((short) 8).putLong(seconds);
        }
    }

    private interface Filler {
        void fill(ByteBuffer b);
    }

    private CaptureFiles block(int type, Filler body) {
        ByteBuffer b = ByteBuffer.allocate(1 << 16).order(order);
        body.fill(b);
        int padded = b.position() + 3 & ~3;
        int length = padded + 12;
        put(to -> to.putInt(type).putInt(length));
        out.write(b.array(), 0, padded);
        return put(to -> to.putInt(length));
    }

    private CaptureFiles put(Filler filler) {
        ByteBuffer b = ByteBuffer.allocate(64).order(order);
        filler.fill(b);
        out.write(b.array(), 0, b.position());
        return this;
    }
}
