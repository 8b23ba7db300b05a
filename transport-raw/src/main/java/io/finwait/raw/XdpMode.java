package io.finwait.raw;

/** Where an interface runs the program that finds the frames of an {@link XdpTransport}. */
public enum XdpMode {
    /** In the driver if it can, otherwise behind it. */
    AUTO,
    /** In the driver, before the kernel makes packets of its own of the frames. */
    NATIVE,
    /** Behind the driver, which every one can, and slower. */
    GENERIC
}
