package io.finwait.nio;

import io.finwait.spi.Transport;
import io.finwait.spi.TransportProvider;
import io.finwait.spi.TransportUri;

import java.net.UnixDomainSocketAddress;
import java.nio.file.InvalidPathException;

/**
 * Opens {@code unix:/PATH?role=client} and {@code role=server}: packets over a Unix domain socket,
 * for two processes of one host, or for passt and QEMU with {@code medium=ethernet}. The parameters
 * are those of {@link StreamProvider}.
 */
public final class UnixProvider implements TransportProvider {

    /** What Linux has room for in {@code sun_path}, less the octet that ends it. */
    private static final int LONGEST_PATH = 107;

    @Override
    public String scheme() {
        return "unix";
    }

    @Override
    public String usage() {
        return "unix:/PATH?role=client&mtu=1500  (or role=server)" + StreamProvider.MEDIUM;
    }

    @Override
    public Transport open(TransportUri uri) {
        StreamProvider.requireKnown(uri);
        return StreamProvider.open(uri, address(uri));
    }

    private static UnixDomainSocketAddress address(TransportUri uri) {
        String path = uri.target();
        if (path.isEmpty() || path.length() > LONGEST_PATH) {
            throw new IllegalArgumentException(
                    "the path in "
                            + uri
                            + " has "
                            + path.length()
                            + " characters; write 1 to "
                            + LONGEST_PATH
                            + ", such as unix:/tmp/finwait?role=server");
        }
        try {
            return UnixDomainSocketAddress.of(path);
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException(
                    "'" + path + "' in " + uri + " is no path: " + e.getReason(), e);
        }
    }
}
