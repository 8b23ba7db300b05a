package io.finwait.benchmarks.capture;

import io.finwait.wire.Checksum;
import io.finwait.wire.IpAddress;
import io.finwait.wire.TcpHeader;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;

/** One connection of a {@link LargeCapture}: packet by packet, from its SYN to its end. */
final class CapturedConnection {

    private static final int FILE_RECORD = 16;
    private static final int ETHERNET = 14;
    private static final int IP = 20;
    private static final int TCP = 20;
    private static final int SYN_OPTIONS = 4;
    private static final int HEADERS = FILE_RECORD + ETHERNET + IP + TCP;
    private static final int MSS = 1460;
    static final int LARGEST_RECORD = HEADERS + MSS;

    private static final int REQUEST = 300;

    /** Records that carry no text, or the request: about so many octets in all. */
    private static final int FRAME_OF_A_CONNECTION = 8 * HEADERS + REQUEST;

    /** Every other segment of the response is acknowledged. */
    private static final double OVERHEAD = 1.5 * HEADERS / MSS;

    /** Of all connections so many get a response. */
    private static final double ANSWERED = 0.95;

    private static final int SERVER = 0x0A00_0001;
    private static final int CLIENTS = 0x0A01_0000;
    private static final int SERVER_PORT = 443;
    private static final int FIRST_PORT = 1024;
    private static final int PORTS = 64_000;
    private static final int WINDOW = 64_000;
    private static final int SYNS_IN_VAIN = 4;

    private enum Ending {
        ORDERLY,
        RESET,
        REFUSED,
        UNANSWERED,
        HALF_CLOSED,
        OPEN
    }

    /** What is sent next. */
    private enum Step {
        SYN,
        SYN_ACK,
        ACK,
        REQUEST,
        RESPONSE,
        ACK_OF_RESPONSE,
        FIN,
        ACK_OF_FIN,
        SECOND_FIN,
        LAST_ACK,
        RST
    }

    private final int client;
    private final int port;
    private final Ending ending;
    private final byte[] text = new byte[MSS];
    private int clientNumber;
    private int serverNumber;
    private int textLeft;
    private int unacknowledged;
    private int syns;
    private int identification;
    private Step step = Step.SYN;

    CapturedConnection(int number, double meanText, Random random) {
        client = CLIENTS + number / PORTS;
        port = FIRST_PORT + number % PORTS;
        ending = ending(random.nextInt(100));
        clientNumber = random.nextInt();
        serverNumber = random.nextInt();
        textLeft = 1 + (int) (-meanText * Math.log(1 - random.nextDouble()));
        random.nextBytes(text);
    }

    /** The mean text of a response, so that a connection takes so many octets of the file. */
    static double meanText(double octetsOfAConnection) {
        double octets = (octetsOfAConnection - FRAME_OF_A_CONNECTION) / (1 + OVERHEAD);
        return Math.max(1, octets / ANSWERED);
    }

    private static Ending ending(int percent) {
        if (percent < 85) {
            return Ending.ORDERLY;
        }
        if (percent < 90) {
            return Ending.RESET;
        }
        if (percent < 93) {
            return Ending.REFUSED;
        }
        if (percent < 95) {
            return Ending.UNANSWERED;
        }
        return percent < 98 ? Ending.HALF_CLOSED : Ending.OPEN;
    }

    /**
     * Makes the next packet with its header in the file.
     *
     * @return false when it was the last one
     */
    boolean next(ByteBuffer record, long nowNs) {
        record.clear();
        switch (step) {
            case SYN -> {
                client(record, TcpHeader.SYN, 0);
                step = afterSyn();
            }
            case SYN_ACK -> {
                boolean refused = ending == Ending.REFUSED;
                int flags = refused ? TcpHeader.RST : TcpHeader.SYN;
                server(record, flags | TcpHeader.ACK, 0);
                step = refused ? null : Step.ACK;
            }
            case ACK -> {
                client(record, TcpHeader.ACK, 0);
                step = Step.REQUEST;
            }
            case REQUEST -> {
                client(record, TcpHeader.ACK | TcpHeader.PSH, REQUEST);
                step = Step.RESPONSE;
            }
            case RESPONSE -> respond(record);
            case ACK_OF_RESPONSE -> {
                client(record, TcpHeader.ACK, 0);
                step = textLeft > 0 ? Step.RESPONSE : afterResponse();
            }
            case FIN -> {
                server(record, TcpHeader.ACK | TcpHeader.FIN, 0);
                step = Step.ACK_OF_FIN;
            }
            case ACK_OF_FIN -> {
                client(record, TcpHeader.ACK, 0);
                step = ending == Ending.HALF_CLOSED ? null : Step.SECOND_FIN;
            }
            case SECOND_FIN -> {
                client(record, TcpHeader.ACK | TcpHeader.FIN, 0);
                step = Step.LAST_ACK;
            }
            case LAST_ACK -> {
                server(record, TcpHeader.ACK, 0);
                step = null;
            }
            case RST -> {
                client(record, TcpHeader.ACK | TcpHeader.RST, 0);
                step = null;
            }
        }
        fileRecord(record, nowNs);
        return step != null;
    }

    private Step afterSyn() {
        if (ending != Ending.UNANSWERED) {
            return Step.SYN_ACK;
        }
        clientNumber--;
        return ++syns < SYNS_IN_VAIN ? Step.SYN : null;
    }

    private Step afterResponse() {
        return switch (ending) {
            case RESET -> Step.RST;
            case OPEN -> null;
            default -> Step.FIN;
        };
    }

    private void respond(ByteBuffer record) {
        int octets = Math.min(MSS, textLeft);
        textLeft -= octets;
        server(record, TcpHeader.ACK | (textLeft == 0 ? TcpHeader.PSH : 0), octets);
        boolean acknowledge = ++unacknowledged == 2 || textLeft == 0;
        if (acknowledge) {
            unacknowledged = 0;
        }
        step = acknowledge ? Step.ACK_OF_RESPONSE : Step.RESPONSE;
    }

    private void client(ByteBuffer record, int flags, int octets) {
        int ack = (flags & TcpHeader.ACK) == 0 ? 0 : serverNumber;
        packet(record, client, SERVER, port, SERVER_PORT, clientNumber, ack, flags, octets);
        clientNumber += octets + counted(flags);
    }

    private void server(ByteBuffer record, int flags, int octets) {
        packet(
                record,
                SERVER,
                client,
                SERVER_PORT,
                port,
                serverNumber,
                clientNumber,
                flags,
                octets);
        serverNumber += octets + counted(flags);
    }

    private static int counted(int flags) {
        return Integer.bitCount(flags & (TcpHeader.SYN | TcpHeader.FIN));
    }

    private void packet(
            ByteBuffer record,
            int from,
            int to,
            int fromPort,
            int toPort,
            int seq,
            int ack,
            int flags,
            int octets) {
        int options = (flags & TcpHeader.SYN) == 0 ? 0 : SYN_OPTIONS;
        int length = IP + TCP + options + octets;
        record.order(ByteOrder.BIG_ENDIAN).position(FILE_RECORD);
        record.putLong(0x0200_0000_0001_0200L).putInt(2).putShort((short) 0x0800);
        int ip = record.position();
        record.putShort((short) 0x4500).putShort((short) length);
        record.putShort((short) identification++).putShort((short) 0x4000);
        record.putShort((short) 0x4006).putShort((short) 0).putInt(from).putInt(to);
        record.putShort(ip + 10, (short) Checksum.finish(Checksum.add(record, ip, IP, 0)));
        int tcp = record.position();
        record.putShort((short) fromPort).putShort((short) toPort).putInt(seq).putInt(ack);
        record.put((byte) ((TCP + options) << 2)).put((byte) flags).putShort((short) WINDOW);
        record.putInt(0);
        if (options > 0) {
            record.putInt(0x0204_0000 | MSS);
        }
        record.put(text, 0, octets);
        int tcpLength = length - IP;
        long pseudo =
                Checksum.pseudoHeader(
                        0, IpAddress.v4Low(from), 0, IpAddress.v4Low(to), 6, tcpLength);
        record.putShort(
                tcp + 16, (short) Checksum.finish(Checksum.add(record, tcp, tcpLength, pseudo)));
    }

    private static void fileRecord(ByteBuffer record, long nowNs) {
        int length = record.position() - FILE_RECORD;
        record.order(ByteOrder.LITTLE_ENDIAN)
                .putInt(0, (int) (nowNs / 1_000_000_000))
                .putInt(4, (int) (nowNs % 1_000_000_000))
                .putInt(8, length)
                .putInt(12, length);
    }
}
