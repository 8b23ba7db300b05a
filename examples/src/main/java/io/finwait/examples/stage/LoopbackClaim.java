package io.finwait.examples.stage;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.security.SecureRandom;

/**
 * A network of 256 addresses below 127.0.0.0/8, all of which belong to the loopback device of
 * Linux, that no other world uses: neither of this process nor of another. Whoever has bound a
 * certain port of its last address has it, and gives it back even when he is killed.
 *
 * @param network the first three numbers and their dots
 * @param holder the socket that holds it
 */
record LoopbackClaim(String network, DatagramSocket holder) implements AutoCloseable {

    private static final String LAST = "254";
    private static final int PORT = 4741;
    private static final int MOST_TRIES = 100;

    /** Takes one that is free. */
    static LoopbackClaim take() {
        SecureRandom random = new SecureRandom();
        IOException last = null;
        for (int tries = 0; tries < MOST_TRIES; tries++) {
            // Below 127.0 and 127.255 others may have addresses with a meaning.
            int network = random.nextInt(1 << 8, 255 << 8);
            try {
                return take("127." + (network >> 8) + "." + (network & 255) + ".");
            } catch (IOException e) {
                last = e;
            }
        }
        throw new UncheckedIOException(
                "no address of the loopback device can be had: " + UserText.reason(last), last);
    }

    /**
     * Takes a certain one.
     *
     * @throws IOException when somebody has it
     */
    static LoopbackClaim take(String network) throws IOException {
        InetAddress address = InetAddress.getByName(network + LAST);
        return new LoopbackClaim(network, new DatagramSocket(PORT, address));
    }

    @Override
    public void close() {
        holder.close();
    }
}
