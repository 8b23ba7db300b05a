package io.finwait.spi;

import java.util.List;
import java.util.function.UnaryOperator;

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

    /**
     * Opens several queues of one device, each of which a thread of its own can serve.
     *
     * @param uri of this provider's scheme
     * @param count how many queues, at least 1
     * @param join is given what carries the packets or frames of the device itself, and returns
     *     what carries those of each queue's own connections; layers of the provider stand above it
     * @throws IllegalArgumentException when the URI is wrong, or it has one queue only
     * @throws java.io.UncheckedIOException when the transport can't be opened
     */
    default List<Transport> openQueues(
            TransportUri uri, int count, UnaryOperator<List<Transport>> join) {
        if (count == 1) {
            return List.of(open(uri));
        }
        throw new IllegalArgumentException(
                "'" + uri + "' has one queue; of several have tun:, tap: and packet:");
    }
}
