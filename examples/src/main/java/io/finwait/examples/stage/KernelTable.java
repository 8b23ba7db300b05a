package io.finwait.examples.stage;

import io.finwait.trace.NetstatRow;
import io.finwait.wire.IpAddress;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The kernel's TCP sockets of one address, read from {@code /proc/net/tcp}: quick enough to look at
 * the states after every packet.
 */
final class KernelTable implements AutoCloseable {

    /** By the numbers of the kernel's include/net/tcp_states.h. */
    private static final String[] STATES = {
        "",
        "ESTABLISHED",
        "SYN_SENT",
        "SYN_RECEIVED",
        "FIN_WAIT_1",
        "FIN_WAIT_2",
        "TIME_WAIT",
        "CLOSED",
        "CLOSE_WAIT",
        "LAST_ACK",
        "LISTEN",
        "CLOSING",
        "SYN_RECEIVED"
    };

    private final RandomAccessFile file;
    private final IpAddress address;
    private final byte[] buffer = new byte[65_536];
    private boolean everConnected;

    /** The sockets with this address of their own. */
    KernelTable(KernelNet net, IpAddress address) {
        file = net.sockets();
        this.address = address;
    }

    List<NetstatRow> rows() {
        List<NetstatRow> rows = new ArrayList<>();
        text().lines().skip(1).forEach(line -> rows.add(row(line)));
        rows.removeIf(row -> !row.local().equals(address));
        return rows;
    }

    /** The state of the one connection that counts: the newest that is not in TIME-WAIT. */
    String state() {
        String best = "CLOSED";
        boolean hasListener = false;
        for (NetstatRow row : rows()) {
            boolean waits = row.state().equals("TIME_WAIT");
            if (row.state().equals("LISTEN")) {
                hasListener = true;
            } else if (!waits || best.equals("CLOSED")) {
                best = row.state();
                everConnected = true;
            }
        }
        return hasListener && !everConnected ? "LISTEN" : best;
    }

    private String text() {
        try {
            file.seek(0);
            int length = 0;
            int read;
            while (length < buffer.length
                    && (read = file.read(buffer, length, buffer.length - length)) > 0) {
                length += read;
            }
            return new String(buffer, 0, length, StandardCharsets.US_ASCII);
        } catch (IOException e) {
            throw new UncheckedIOException("the kernel's sockets can't be read", e);
        }
    }

    /**
     * {@code 0: 0200000A:3039 0100000A:C350 01 00000000:00000000 ...}, addresses octet by octet.
     */
    private static NetstatRow row(String line) {
        String[] fields = line.strip().split("\\s+", -1);
        String[] queues = fields[4].split(":", -1);
        return new NetstatRow(
                Long.parseLong(queues[1], 16),
                Long.parseLong(queues[0], 16),
                address(fields[1]),
                port(fields[1]),
                address(fields[2]),
                port(fields[2]),
                STATES[Integer.parseInt(fields[3], 16)]);
    }

    private static IpAddress address(String field) {
        int littleEndian = (int) Long.parseLong(field.substring(0, 8), 16);
        return IpAddress.v4(Integer.reverseBytes(littleEndian));
    }

    private static int port(String field) {
        return Integer.parseInt(field.substring(9), 16);
    }

    @Override
    public void close() {
        try {
            file.close();
        } catch (IOException e) {
            throw new UncheckedIOException("the kernel's sockets can't be closed", e);
        }
    }
}
