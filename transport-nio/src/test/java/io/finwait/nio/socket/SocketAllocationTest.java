package io.finwait.nio.socket;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;

import io.finwait.socket.DriverServerSocketFactory;
import io.finwait.socket.DriverSocketFactory;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.net.ServerSocket;
import java.net.Socket;

/** Once warm neither a read nor a write of a socket makes an object, whether it waits or not. */
@Timeout(60)
class SocketAllocationTest {

    private static final int PORT = 80;
    private static final int WARM = 3_000;
    private static final int MEASURED = 2_000;

    /** The bean's own answer, and whatever the JVM does once. */
    private static final long SLACK = 4_000;

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @Test
    void aThreadThatWritesAndReadsAllocatesNothing() throws IOException {
        try (TwoDrivers drivers = new TwoDrivers();
                ServerSocket listening =
                        new DriverServerSocketFactory(drivers.server).createServerSocket(PORT);
                Socket client =
                        new DriverSocketFactory(drivers.client)
                                .createSocket(TwoDrivers.SERVER, PORT);
                Socket server = listening.accept()) {
            // Otherwise each octet waits for a delayed acknowledgment.
            client.setTcpNoDelay(true);
            OutputStream out = client.getOutputStream();
            InputStream in = server.getInputStream();
            server.setSoTimeout(10_000);
            byte[] octets = new byte[64];
            move(out, in, octets, WARM);
            long id = Thread.currentThread().getId();
            long before = THREADS.getThreadAllocatedBytes(id);
            move(out, in, octets, MEASURED);
            long allocated = THREADS.getThreadAllocatedBytes(id) - before;
            assertThat(allocated).as("octets for %s reads and writes", MEASURED).isLessThan(SLACK);
        }
    }

    private static void move(OutputStream out, InputStream in, byte[] octets, int times)
            throws IOException {
        for (int i = 0; i < times; i++) {
            out.write(octets);
            int come = 0;
            while (come < octets.length) {
                come += in.read(octets, come, octets.length - come);
            }
        }
    }
}
