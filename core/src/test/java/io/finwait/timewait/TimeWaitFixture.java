package io.finwait.timewait;

import io.finwait.spi.RandomSource;
import io.finwait.wire.FourTuple;
import io.finwait.wire.IpAddress;
import io.finwait.wire.TcpHeader;

import java.util.ArrayList;
import java.util.List;

/** A table with one connection's view of it, so that tests read like the protocol. */
class TimeWaitFixture {

    static final long MS = 1_000_000L;
    static final long SECOND = 1000 * MS;
    static final int FIN = TcpHeader.FIN;
    static final int SYN = TcpHeader.SYN;
    static final int RST = TcpHeader.RST;
    static final int ACK = TcpHeader.ACK;

    static final IpAddress LOCAL = IpAddress.parse("10.0.0.1");
    static final IpAddress REMOTE = IpAddress.parse("192.0.2.7");
    static final int LOCAL_PORT = 443;
    static final int REMOTE_PORT = 50_000;
    private static final FourTuple TUPLE = FourTuple.of(LOCAL, LOCAL_PORT, REMOTE, REMOTE_PORT);

    /** The FIN of ours was 999, the peer's 300. */
    static final int SND_NXT = 1000;

    static final int RCV_NXT = 301;
    static final int RCV_WND = 65_536;

    final List<TimeWaitEnding> endings = new ArrayList<>();
    final TimeWaitTable table;
    long now;
    boolean listening = true;
    boolean listenerTimestamps = true;

    TimeWaitFixture(TimeWaitPolicy policy) {
        table =
                new TimeWaitTable(
                        policy,
                        RandomSource.seeded(1),
                        (entry, ending, nowNs) -> endings.add(ending));
    }

    static TimeWaitFixture withDefaults() {
        return new TimeWaitFixture(TimeWaitPolicy.defaults());
    }

    TimeWaitFixture entered() {
        return entered(false, 0);
    }

    TimeWaitFixture entered(boolean timestamps, int tsRecent) {
        enter(REMOTE, REMOTE_PORT, timestamps, tsRecent);
        return this;
    }

    boolean enter(IpAddress remote, int remotePort) {
        return enter(remote, remotePort, false, 0);
    }

    private boolean enter(IpAddress remote, int remotePort, boolean timestamps, int tsRecent) {
        return table.enter(
                FourTuple.of(LOCAL, LOCAL_PORT, remote, remotePort),
                SND_NXT,
                RCV_NXT,
                RCV_WND,
                1,
                timestamps,
                tsRecent,
                0,
                now);
    }

    TimeWaitFixture enteredFinWait2(long timeoutNs, int window) {
        table.enterFinWait2(TUPLE, SND_NXT, RCV_NXT, window, 0, false, 0, 0, timeoutNs, now);
        return this;
    }

    /** A segment without timestamps. */
    TimeWaitVerdict segment(int flags, int seq, int length, int ack) {
        return segment(flags, seq, length, ack, false, 0);
    }

    /** A segment with timestamps. */
    TimeWaitVerdict segment(int flags, int seq, int length, int ack, int tsVal) {
        return segment(flags, seq, length, ack, true, tsVal);
    }

    private TimeWaitVerdict segment(
            int flags, int seq, int length, int ack, boolean hasTs, int tsVal) {
        return table.segment(
                TUPLE, seq, length, flags, ack, hasTs, tsVal, listening, listenerTimestamps, now);
    }

    boolean park() {
        return table.park(TUPLE);
    }

    boolean returned() {
        return table.returned(TUPLE);
    }

    boolean established() {
        return table.established(TUPLE, now);
    }

    boolean reuse(boolean timestamps) {
        return table.reuse(TUPLE, timestamps, now);
    }

    boolean contains(IpAddress remote, int remotePort) {
        return table.contains(FourTuple.of(LOCAL, LOCAL_PORT, remote, remotePort));
    }

    /** Moves the time and expires what is due. */
    int at(long nowNs) {
        now = nowNs;
        return table.expire(nowNs, Integer.MAX_VALUE);
    }
}
