package io.finwait.nio;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A port at which nothing can be accepted for a while. */
@Timeout(60)
class AcceptorTest {

    @TempDir private Path folder;

    @Test
    void failuresArePausesAndThenThePeerIsTaken() throws IOException {
        UnixDomainSocketAddress address = UnixDomainSocketAddress.of(folder.resolve("s"));
        try (Selector selector = Selector.open();
                Acceptor acceptor = new Acceptor(address, selector);
                SocketChannel peer = SocketChannel.open(address)) {
            Acceptor.Accepting real = acceptor.accepting;
            acceptor.accepting =
                    () -> {
                        throw new IOException("Too many open files");
                    };
            long now = Long.MAX_VALUE - 1;
            List<Long> pausesMs = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                assertThat(acceptor.next(i > 0, now)).isNull();
                assertThat(selector.keys().iterator().next().interestOps()).isZero();
                pausesMs.add((acceptor.nextDeadlineNs() - now) / 1_000_000);
                now = acceptor.nextDeadlineNs();
            }
            assertThat(pausesMs).containsExactly(10L, 20L, 40L);
            acceptor.accepting = real;
            assertThat(acceptor.next(true, now - 1)).as("still in the pause").isNull();
            SocketChannel taken = acceptor.next(true, now);
            assertThat(taken).isNotNull();
            assertThat(acceptor.nextDeadlineNs()).isEqualTo(Long.MAX_VALUE);
            taken.close();
            assertThat(peer.isOpen()).isTrue();
        }
    }
}
