package io.finwait.spi;

/**
 * Makes congestion controls of one name. Found by {@link java.util.ServiceLoader}; {@link
 * CongestionControls#named} asks for it.
 */
public interface CongestionControlProvider {

    /** The name, lower case, such as {@code cubic}. */
    String name();

    /** A new one, which serves one connection at a time. */
    CongestionControl create();
}
