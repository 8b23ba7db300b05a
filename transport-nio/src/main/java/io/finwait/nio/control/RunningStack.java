package io.finwait.nio.control;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * A stack of this user that has a {@link ControlSocket}, in this process or another one.
 *
 * @param name what it calls itself
 * @param pid of its process
 * @param socket its control socket
 */
public record RunningStack(String name, long pid, Path socket) {

    /**
     * What it shows at this moment.
     *
     * @throws IOException when it has ended
     */
    public String look() throws IOException {
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            return new String(
                    Channels.newInputStream(channel).readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
