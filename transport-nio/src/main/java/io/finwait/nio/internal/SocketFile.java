package io.finwait.nio.internal;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;

/**
 * The file of a Unix domain socket that listens. Nothing but a socket is ever removed here: no
 * device, no FIFO, no file and no link that somebody named by mistake, and no socket of somebody
 * else.
 */
public final class SocketFile {

    private static final Logger LOG = LoggerFactory.getLogger(SocketFile.class);

    /** {@code S_IFMT} and {@code S_IFSOCK} of stat(2). */
    private static final int TYPE = 0xF000;

    private static final int SOCKET = 0xC000;

    private final Path path;

    /**
     * Device and inode of the bound file: a different file in its place belongs to someone else.
     */
    private final Object key;

    private SocketFile(Path path, Object key) {
        this.path = path;
        this.key = key;
    }

    /** Binds a server, in the place of a socket that nobody listens at any more. */
    public static SocketFile bind(ServerSocketChannel server, Path path) throws IOException {
        if (isLeftOver(path)) {
            LOG.debug("{} was left over", path);
            Files.deleteIfExists(path);
        }
        server.bind(UnixDomainSocketAddress.of(path));
        return new SocketFile(path, keyOf(path));
    }

    /** True for a socket; false for everything else, and for what can't be looked at. */
    public static boolean isSocket(Path path) {
        try {
            if (path.getFileSystem().supportedFileAttributeViews().contains("unix")) {
                Object mode = Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
                return ((Integer) mode & TYPE) == SOCKET;
            }
            return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                    .isOther();
        } catch (IOException e) {
            return false;
        }
    }

    /**
     * True when the kernel says that nobody listens there. Any other failure to connect, for want
     * of rights or of descriptors for instance, says nothing about the socket.
     */
    private static boolean isLeftOver(Path path) throws IOException {
        if (!isSocket(path)) {
            return false;
        }
        try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            probe.configureBlocking(false);
            probe.connect(UnixDomainSocketAddress.of(path));
            return false;
        } catch (ConnectException e) {
            return true;
        } catch (IOException e) {
            LOG.debug("{} can't be asked: {}", path, e.getMessage());
            return false;
        }
    }

    private static Object keyOf(Path path) throws IOException {
        return Files.getAttribute(path, "fileKey", LinkOption.NOFOLLOW_LINKS);
    }

    /** Removes what {@link #bind} has made, if it is still there. */
    public void remove() {
        try {
            if (isSocket(path) && Objects.equals(keyOf(path), key)) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            LOG.debug("removing {}: {}", path, e.getMessage());
        }
    }
}
