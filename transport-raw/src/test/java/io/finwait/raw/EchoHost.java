package io.finwait.raw;

import io.finwait.spi.Packet;
import io.finwait.spi.PacketBatch;
import io.finwait.spi.Transport;
import io.finwait.wire.Checksum;
import io.finwait.wire.IpView;
import io.finwait.wire.Ipv4;
import io.finwait.wire.Ipv6;
import io.finwait.wire.Protocol;
import io.finwait.wire.Verdict;

import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;

/** A host of a few lines: answers every ping (RFC 792, RFC 4443) until something else is done. */
final class EchoHost {

    private static final int ECHO_REQUEST = 8;
    private static final int ECHO_REQUEST_V6 = 128;
    private static final int ECHO_REPLY_V6 = 129;

    private final Transport transport;
    private final PacketBatch batch = new PacketBatch(16);
    private final IpView ip = new IpView();
    private int answered;

    EchoHost(Transport transport) {
        this.transport = transport;
    }

    /** Answers until {@code end} is done; says how many requests there were. */
    int runUntil(CompletableFuture<?> end) {
        CompletableFuture<?> waker = end.whenComplete((value, failure) -> transport.wakeup());
        long start = System.nanoTime();
        while (!end.isDone()) {
            if (System.nanoTime() - start > 2 * Wire.LONG_NS) {
                throw new AssertionError("the ping has no end");
            }
            batch.clear();
            if (transport.receive(batch, 0) == 0) {
                transport.await(Wire.LONG_NS);
            }
            for (int i = 0; i < batch.size(); i++) {
                answer(batch.get(i));
            }
        }
        waker.join();
        return answered;
    }

    private void answer(Packet request) {
        if (ip.parse(request.buffer(), request.offset(), request.length()) != Verdict.OK) {
            return;
        }
        int type = request.buffer().get(ip.payloadOffset()) & 0xFF;
        boolean v4 = ip.protocol() == Protocol.ICMP && type == ECHO_REQUEST;
        boolean v6 = ip.protocol() == Protocol.ICMPV6 && type == ECHO_REQUEST_V6;
        if (v4 || v6) {
            Packet reply = transport.claim(request.length());
            write(reply, v4);
            transport.commit(reply, 0);
            answered++;
        }
    }

    private void write(Packet reply, boolean v4) {
        ByteBuffer b = reply.buffer();
        int at = reply.offset();
        int icmp = at + (v4 ? Ipv4.HEADER_LENGTH : Ipv6.HEADER_LENGTH);
        int length = ip.payloadLength();
        if (v4) {
            Ipv4.write(
                    b,
                    at,
                    reply.length(),
                    0,
                    0,
                    64,
                    Protocol.ICMP,
                    (int) ip.destinationLow(),
                    (int) ip.sourceLow());
        } else {
            Ipv6.write(
                    b,
                    at,
                    length,
                    0,
                    0,
                    64,
                    Protocol.ICMPV6,
                    /* sourceHigh= */ ip.destinationHigh(),
                    /* sourceLow= */ ip.destinationLow(),
                    /* destinationHigh= */ ip.sourceHigh(),
                    /* destinationLow= */ ip.sourceLow());
        }
        b.put(icmp, ip.buffer(), ip.payloadOffset(), length);
        b.put(icmp, (byte) (v4 ? 0 : ECHO_REPLY_V6));
        b.putShort(icmp + 2, (short) 0);
        long sum = Checksum.add(b, icmp, length, v4 ? 0 : ip.pseudoHeaderSum());
        b.putShort(icmp + 2, (short) Checksum.finish(sum));
    }
}
