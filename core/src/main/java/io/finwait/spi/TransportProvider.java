package io.finwait.spi;

/**
 * Opens transports of one URI scheme. Found by {@link java.util.ServiceLoader}; {@link
 * Transports#open(String)} asks the provider of the scheme.
 */
public interface TransportProvider {

    /** The scheme of the URIs that this provider opens, lower case, such as {@code tun}. */
    String scheme();

    /** One line that shows the form of these URIs, for error messages and {@code --help}. */
    String usage();

    /**
     * True when this provider is meant by a URI of its scheme. Where two providers share a scheme,
     * {@code tap:NAME} and {@code tap:URI&pcap=FILE} for instance, the first one that is meant
     * opens.
     */
    default boolean isMeantBy(TransportUri uri) {
        return true;
    }

    /**
     * Opens a transport.
     *
     * @param uri of this provider's scheme
     * @throws IllegalArgumentException when the URI is wrong; the message says what is expected
     * @throws java.io.UncheckedIOException when the transport can't be opened; the message is one
     *     sentence that says what to do
     */
    Transport open(TransportUri uri);
}
