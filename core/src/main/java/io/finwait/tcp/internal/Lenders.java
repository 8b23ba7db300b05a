package io.finwait.tcp.internal;

/** The receive buffers that hold text which the transport must have back before its next receive. */
final class Lenders {

    private ReceiveBuffer first;

    /** Text was lent to a buffer. */
    void add(ReceiveBuffer buffer) {
        if (!buffer.isLender) {
            buffer.isLender = true;
            buffer.nextLender = first;
            first = buffer;
        }
    }

    /** The callbacks are through: what nobody has read is copied. */
    void keepAll() {
        while (first != null) {
            ReceiveBuffer buffer = first;
            first = buffer.nextLender;
            buffer.nextLender = null;
            buffer.isLender = false;
            buffer.keepLent();
        }
    }
}
