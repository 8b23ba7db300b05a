package io.finwait.sim.tcp;

import static io.finwait.sim.tcp.TwoHosts.MS;
import static io.finwait.sim.tcp.TwoHosts.SECOND;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.spi.RandomSource;
import io.finwait.tcp.CloseReason;
import io.finwait.tcp.Connection;
import io.finwait.tcp.ConnectionObserver;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * An application at one end: sends octets that tell their own place, reads what comes, and closes
 * politely (sends all, half-closes, reads to the end, closes) or whenever it likes.
 */
final class App implements ConnectionObserver {

    private enum Manner {
        POLITE,
        CLOSES_AT_ANY_TIME,
        ABORTS
    }

    private final Connection connection;
    private final Manner manner;
    private final int toSend;
    private final int key;
    private final long closesAfterNs;
    private final ByteBuffer buffer = ByteBuffer.allocate(4096);
    private int sent;
    private int received;
    private boolean endOfStream;
    private boolean closed;
    private CloseReason reason;

    App(RandomSource random, Connection connection, long key) {
        this.connection = connection;
        this.key = (int) key;
        long dice = Long.remainderUnsigned(random.nextLong(), 100);
        manner = dice < 60 ? Manner.POLITE : dice < 95 ? Manner.CLOSES_AT_ANY_TIME : Manner.ABORTS;
        toSend = (int) Long.remainderUnsigned(random.nextLong(), dice % 5 == 0 ? 60_000 : 3_000);
        closesAfterNs =
                manner == Manner.POLITE
                        ? -1
                        : Long.remainderUnsigned(random.nextLong(), 3_000) * MS;
        connection.observer(this);
        // A polite end waits for the other's FIN, for ever if the other aborts and its RST is lost.
        connection.keepAlive(120 * SECOND, 20 * SECOND, 6);
    }

    long closesAfterNs() {
        return closesAfterNs;
    }

    boolean isPolite() {
        return manner == Manner.POLITE;
    }

    CloseReason reason() {
        return reason;
    }

    boolean timedOut() {
        return reason instanceof CloseReason.TimedOut;
    }

    void closeNow() {
        if (manner == Manner.ABORTS) {
            connection.abort();
        } else {
            connection.close();
        }
        closed = true;
    }

    @Override
    public void onEstablished(Connection c) {
        write();
    }

    @Override
    public void onWritable(Connection c) {
        write();
    }

    private void write() {
        try {
            while (!closed && sent < toSend) {
                buffer.clear();
                while (buffer.hasRemaining() && sent + buffer.position() < toSend) {
                    buffer.put(octet(key, sent + buffer.position()));
                }
                buffer.flip();
                int taken = connection.send(buffer);
                sent += taken;
                if (taken == 0) {
                    return;
                }
            }
        } catch (IOException e) {
            closed = true;
            return;
        }
        if (!closed && manner == Manner.POLITE) {
            connection.shutdownOutput();
        }
    }

    @Override
    public void onReadable(Connection c) {
        try {
            while (!closed && !endOfStream) {
                buffer.clear();
                int taken = connection.receive(buffer);
                if (taken == 0) {
                    return;
                }
                if (taken < 0) {
                    endOfStream = true;
                    break;
                }
                for (int i = 0; i < taken; i++) {
                    assertThat(buffer.get(i))
                            .as("octet %d of the stream", received + i)
                            .isEqualTo(octet(peerKey, received + i));
                }
                received += taken;
            }
        } catch (IOException e) {
            endOfStream = true;
        }
        closeWhenDone();
    }

    private int peerKey;

    void peerKey(int newKey) {
        peerKey = newKey;
    }

    int key() {
        return key;
    }

    private void closeWhenDone() {
        if (!closed && endOfStream && sent >= toSend) {
            closed = true;
            connection.close();
        }
    }

    @Override
    public void onEnded(Connection c) {
        assertThat(reason).as("one reason").isNull();
        reason = c.closeReason();
    }

    /** A graceful end of the sender means that the receiver's TCP took every octet and the FIN. */
    void checkReceived(App sender) {
        assertThat(received).as("no more octets than were sent").isLessThanOrEqualTo(sender.sent);
        if (sender.reason instanceof CloseReason.Orderly) {
            assertThat(received)
                    .as("the sender ended in order, so everything was received")
                    .isEqualTo(sender.sent);
        }
    }

    private static byte octet(int key, int place) {
        return (byte) (place * 31 + key + (place >>> 8) * 7);
    }
}
