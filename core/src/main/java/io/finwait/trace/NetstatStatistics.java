package io.finwait.trace;

import io.finwait.tcp.Counters;
import io.finwait.tcp.Counters.Counter;
import io.finwait.tcp.Endpoint;
import io.finwait.tcp.State;
import io.finwait.tcp.StateCounts;
import io.finwait.timewait.TimeWaitCounters;

import java.util.ArrayList;
import java.util.List;

/**
 * Prints what an endpoint has counted in the words of {@code netstat -s} on Linux, in groups:
 *
 * <pre>
 * Tcp:
 *     1 active connection openings
 *     0 passive connection openings
 * </pre>
 *
 * <p>Lines of Ip, Icmp and Tcp are always there, as on Linux, which follows RFC 4022 in the last;
 * lines of TcpExt only where something was counted. Where Linux has a word for what is counted, it
 * stands here; docs/watching.md says which counter is in which line. A super-packet of a transport
 * counts as one.
 */
public final class NetstatStatistics {

    private final List<String> lines = new ArrayList<>();
    private final Counters counters;

    private NetstatStatistics(Counters counters) {
        this.counters = counters;
    }

    /** The lines of an endpoint; on its thread. */
    public static List<String> lines(Endpoint endpoint) {
        NetstatStatistics statistics = new NetstatStatistics(endpoint.counters());
        statistics.ip();
        statistics.icmp();
        statistics.tcp(endpoint.states());
        statistics.extended(endpoint.timeWait().counters());
        return statistics.lines;
    }

    /** The lines as one text, each ended by a newline. */
    public static String render(Endpoint endpoint) {
        return String.join("\n", lines(endpoint)) + "\n";
    }

    private void ip() {
        lines.add("Ip:");
        say(got(Counter.PACKETS_IN), "total packets received");
        say(got(Counter.BAD_PACKETS), "with invalid headers");
        say(got(Counter.NOT_FOR_US), "with invalid addresses");
        say(delivered(), "incoming packets delivered");
        say(got(Counter.PACKETS_OUT, Counter.PINGS), "requests sent out");
    }

    private long delivered() {
        return got(Counter.PACKETS_IN) - got(Counter.NOT_FOR_US, Counter.BAD_PACKETS);
    }

    private void icmp() {
        lines.add("Icmp:");
        long unreachable = got(Counter.ICMP_SOFT_ERRORS, Counter.PATH_MTU_REDUCTIONS);
        long pings = got(Counter.PINGS);
        say(pings + unreachable + got(Counter.ICMP_IGNORED), "ICMP messages received");
        say(got(Counter.ICMP_IGNORED), "input ICMP message failed");
        lines.add("    ICMP input histogram:");
        lines.add("        destination unreachable: " + unreachable);
        lines.add("        echo requests: " + pings);
        say(pings, "ICMP messages sent");
    }

    private void tcp(StateCounts states) {
        lines.add("Tcp:");
        say(got(Counter.ACTIVE_OPENS), "active connection openings");
        say(got(Counter.PASSIVE_OPENS), "passive connection openings");
        say(got(Counter.FAILED_ATTEMPTS), "failed connection attempts");
        say(got(Counter.ESTABLISHED_RESETS), "connection resets received");
        say(
                states.get(State.ESTABLISHED) + (long) states.get(State.CLOSE_WAIT),
                "connections established");
        say(
                delivered()
                        - got(
                                Counter.PINGS,
                                Counter.ICMP_SOFT_ERRORS,
                                Counter.PATH_MTU_REDUCTIONS,
                                Counter.ICMP_IGNORED),
                "segments received");
        say(got(Counter.PACKETS_OUT), "segments sent out");
        say(got(Counter.RETRANSMISSIONS), "segments retransmitted");
        say(got(Counter.BAD_CHECKSUMS), "bad segments received");
        say(got(Counter.RESETS_OUT), "resets sent");
    }

    private void extended(TimeWaitCounters timeWait) {
        lines.add("TcpExt:");
        sayIfAny(got(Counter.SYN_COOKIES_SENT), "SYN cookies sent");
        sayIfAny(got(Counter.SYN_COOKIES_RECEIVED), "SYN cookies received");
        sayIfAny(got(Counter.SYN_COOKIES_FAILED), "invalid SYN cookies received");
        sayIfAny(timeWait.expired(), "TCP sockets finished time wait in fast timer");
        sayIfAny(
                timeWait.reused() + timeWait.reopened(),
                "time wait sockets recycled by time stamp");
        sayIfAny(
                got(Counter.PAWS_DROPS),
                "packets rejected in established connections because of timestamp");
        sayIfAny(got(Counter.LISTEN_OVERFLOWS), "times the listen queue of a socket overflowed");
        sayIfAny(got(Counter.LISTEN_DROPS), "SYNs to LISTEN sockets dropped");
        sayIfAny(
                got(Counter.ABORTS_DATA_AFTER_CLOSE, Counter.ABORTS_LINGER),
                "connections reset due to unexpected data");
        sayIfAny(got(Counter.ABORTS_UNREAD_DATA), "connections reset due to early user close");
        sayIfAny(
                got(Counter.ABORTS_TOO_MANY_ORPHANS), "connections aborted due to memory pressure");
        sayIfAny(got(Counter.ABORTS_TIMEOUT), "connections aborted due to timeout");
        name(got(Counter.MEMORY_PRESSURES), "TCPMemoryPressures");
        name(got(Counter.MEMORY_PRESSURES_LEFT), "TCPMemoryPressuresLeft");
        name(got(Counter.TEXT_DROPPED_FOR_MEMORY), "TCPRcvQDrop");
        name(got(Counter.BUFFERS_PRUNED), "OfoPruned");
        name(got(Counter.BUFFERS_COLLAPSED), "TCPRcvCollapsed");
        name(got(Counter.RETRANSMISSION_TIMEOUTS), "TCPTimeouts");
        name(got(Counter.TAIL_LOSS_PROBES), "TCPLossProbes");
        name(got(Counter.ECN_REDUCTIONS), "TCPEcnReductions");
        name(got(Counter.CONGESTION_MARKS), "TCPCongestionMarks");
        name(got(Counter.CHALLENGE_ACKS), "TCPChallengeACK");
        name(got(Counter.ACKS_LIMITED), "TCPACKSkippedChallenge");
        name(timeWait.suppressed(), "TCPACKSkippedTimeWait");
        name(timeWait.refused() + timeWait.evicted(), "TCPTimeWaitOverflow");
        name(got(Counter.RESETS_IN), "ResetsReceived");
        name(got(Counter.RESETS_LIMITED), "ResetsLimited");
        name(got(Counter.FIN_WAIT_2_TIMEOUTS), "FinWait2Timeouts");
        name(got(Counter.DROPPED_SEGMENTS), "SegmentsDropped");
        name(got(Counter.ANSWERS_WITHOUT_ROOM), "AnswersWithoutRoom");
        name(got(Counter.FAILURES_CONTAINED), "FailuresContained");
    }

    private long got(Counter... several) {
        long sum = 0;
        for (Counter each : several) {
            sum += counters.get(each);
        }
        return sum;
    }

    private void say(long count, String what) {
        lines.add("    " + count + " " + what);
    }

    private void sayIfAny(long count, String what) {
        if (count != 0) {
            say(count, what);
        }
    }

    /** As netstat prints a counter for which it has no sentence. */
    private void name(long count, String name) {
        if (count != 0) {
            lines.add("    " + name + ": " + count);
        }
    }
}
