package io.finwait.trace.capture;

import java.io.IOException;

/**
 * A capture can't be read any further. Every packet before the fault has been given out; the
 * message says what is wrong and at which octet of the (uncompressed) file.
 */
public final class BrokenCaptureException extends IOException {

    private static final long serialVersionUID = 1L;

    private final long octet;

    BrokenCaptureException(String what, long octet) {
        super(what + " (at octet " + octet + ")");
        this.octet = octet;
    }

    /** Where the record begins that can't be read, counted from 0. */
    public long octet() {
        return octet;
    }
}
