package io.finwait.trace;

import io.finwait.tcp.Endpoint;
import io.finwait.tcp.TcpInfo;
import io.finwait.tcp.TcpInfo.Receiving;
import io.finwait.tcp.TcpInfo.RoundTrip;
import io.finwait.tcp.TcpInfo.Sending;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Prints connections with their timers as {@code netstat -tano} does on Linux, or with the fields
 * of {@code ss -ti}, a line of them below each connection:
 *
 * <pre>
 * tcp 0 0 10.0.0.1:40000 10.0.0.2:80 FIN_WAIT_2 timewait (58.03/0/0)
 *
 * tcp        0   1448 10.0.0.1:40001          10.0.0.2:80             ESTABLISHED
 *      timer:(on,812ms,1) ts sack wscale:7,7 rto:1000 backoff:1 rtt:20/10 mss:1448 cwnd:1
 *      ssthresh:2 …
 * </pre>
 *
 * <p>The names are those of ss, and so are the units: milliseconds, segments of the size {@code
 * mss} for {@code cwnd}, {@code ssthresh}, {@code unacked} and {@code sacked}, rounded up, octets
 * for all else. What is 0 or the usual is left out, as there. docs/watching.md says what each one
 * means.
 */
public final class NetstatDetails {

    private static final long MS = 1_000_000L;
    private static final int STATE_WIDTH = 12;

    /** DupThresh of RFC 6675; ss names it only where it is another one. */
    private static final int USUAL_REORDERING = 3;

    private NetstatDetails() {}

    /** The connections and listeners of an endpoint with their timers; on its thread. */
    public static List<String> withTimers(Endpoint endpoint) {
        List<TcpInfo> infos = infos(endpoint);
        List<NetstatRow> listeners = Netstat.listeners(endpoint);
        List<String> plain = Netstat.lines(rows(listeners, infos));
        List<String> lines = new ArrayList<>(plain.size());
        lines.add(plain.get(0) + "        Timer");
        for (int i = 1; i < plain.size(); i++) {
            int info = i - 1 - listeners.size();
            String timer = info < 0 ? timer(null) : timer(infos.get(info).timer());
            lines.add(padded(plain.get(i)) + " " + timer);
        }
        return lines;
    }

    /**
     * The connections and listeners of an endpoint, each connection with a line of details; on its
     * thread.
     */
    public static List<String> withInfo(Endpoint endpoint) {
        List<TcpInfo> infos = infos(endpoint);
        List<NetstatRow> listeners = Netstat.listeners(endpoint);
        List<String> plain = Netstat.lines(rows(listeners, infos));
        List<String> lines = new ArrayList<>(plain.size() + infos.size());
        for (int i = 0; i < plain.size(); i++) {
            lines.add(plain.get(i));
            int info = i - 1 - listeners.size();
            if (info >= 0) {
                lines.add("     " + fields(infos.get(info)));
            }
        }
        return lines;
    }

    /** A timer as netstat prints it: seconds left, retransmissions, probes. */
    static String timer(TcpInfo.Timer timer) {
        if (timer == null) {
            return "off (0.00/0/0)";
        }
        String name =
                switch (timer.kind()) {
                    case OFF -> "off";
                    case RETRANSMISSION -> "on";
                    case WINDOW_PROBE -> "probe";
                    case KEEPALIVE -> "keepalive";
                    case FIN_WAIT_2, TIME_WAIT -> "timewait";
                };
        return String.format(
                Locale.ROOT,
                "%s (%.2f/%d/%d)",
                name,
                timer.leftNs() / 1e9,
                timer.retransmissions(),
                timer.probes());
    }

    /** The fields of a connection as ss prints them. */
    static String fields(TcpInfo info) {
        StringBuilder line = new StringBuilder();
        timer(line, info.timer());
        options(line, info);
        roundTrip(line, info.roundTrip());
        sending(line, info.sending());
        receiving(line, info.receiving());
        skmem(line, info);
        return line.toString().trim();
    }

    private static void timer(StringBuilder line, TcpInfo.Timer timer) {
        String name =
                switch (timer.kind()) {
                    case OFF -> "";
                    case RETRANSMISSION -> "on";
                    case WINDOW_PROBE -> "persist";
                    case KEEPALIVE -> "keepalive";
                    case FIN_WAIT_2, TIME_WAIT -> "timewait";
                };
        if (!name.isEmpty()) {
            int times = Math.max(timer.retransmissions(), timer.probes());
            line.append(" timer:(").append(name).append(',').append(time(timer.leftNs()));
            line.append(',').append(times).append(')');
        }
    }

    /**
     * As ss prints what is left of a timer, {@code 200ms}, {@code 1.500sec} or {@code 1min19sec}.
     */
    static String time(long ns) {
        long ms = ns / MS;
        if (ms < 1_000) {
            return ms + "ms";
        }
        long seconds = ms / 1_000;
        if (seconds < 60) {
            boolean exact = seconds >= 10 || ms % 1_000 == 0;
            return exact
                    ? seconds + "sec"
                    : String.format(Locale.ROOT, "%d.%03dsec", seconds, ms % 1_000);
        }
        boolean exact = seconds >= 600 || seconds % 60 == 0;
        return seconds / 60 + "min" + (exact ? "" : seconds % 60 + "sec");
    }

    private static void options(StringBuilder line, TcpInfo info) {
        Receiving receiving = info.receiving();
        int theirs = info.sending().windowShift();
        line.append(receiving.timestamps() ? " ts" : "").append(receiving.sack() ? " sack" : "");
        if (theirs > 0 || receiving.windowShift() > 0) {
            line.append(" wscale:").append(theirs).append(',').append(receiving.windowShift());
        }
    }

    private static void roundTrip(StringBuilder line, RoundTrip roundTrip) {
        field(line, "rto", roundTrip.timeoutNs() / MS);
        field(line, "backoff", roundTrip.doublings());
        if (roundTrip.smoothedNs() > 0) {
            line.append(" rtt:").append(ms(roundTrip.smoothedNs()));
            line.append('/').append(ms(roundTrip.variationNs()));
        }
    }

    private static void sending(StringBuilder line, Sending sending) {
        int mss = sending.segmentOctets();
        field(line, "mss", mss);
        field(line, "cwnd", segments(sending.congestionWindow(), mss));
        if (sending.slowStartThreshold() != Sending.UNLIMITED) {
            field(line, "ssthresh", segments(sending.slowStartThreshold(), mss));
        }
        field(line, "bytes_sent", sending.sent() + sending.retransmitted());
        field(line, "bytes_retrans", sending.retransmitted());
        field(line, "bytes_acked", sending.acknowledged());
        field(line, "lastsnd", sending.sinceSentNs() / MS);
        milliseconds(line, "busy", sending.busyNs());
        milliseconds(line, "rwnd_limited", sending.windowLimitedNs());
        milliseconds(line, "sndbuf_limited", sending.bufferLimitedNs());
        field(line, "unacked", segments(sending.unacknowledged(), mss));
        field(line, "retrans_total", sending.segmentsRetransmitted());
        field(line, "sacked", segments(sending.sacked(), mss));
        if (sending.reordering() != USUAL_REORDERING) {
            field(line, "reordering", sending.reordering());
        }
        field(line, "notsent", sending.unsent());
        field(line, "snd_wnd", sending.window());
    }

    private static void receiving(StringBuilder line, Receiving receiving) {
        field(line, "bytes_received", receiving.received());
        field(line, "lastrcv", receiving.sinceTextNs() / MS);
        field(line, "lastack", receiving.sinceHeardNs() / MS);
        field(line, "rcv_ooo", receiving.outOfOrder());
        field(line, "rcv_wnd", receiving.window());
    }

    private static void skmem(StringBuilder line, TcpInfo info) {
        Sending sending = info.sending();
        if (sending.buffer() > 0) {
            line.append(" skmem:(r").append(info.receiving().unread());
            line.append(",rb").append(info.receiving().buffer());
            line.append(",t").append(sending.unacknowledged() + sending.unsent());
            line.append(",tb").append(sending.buffer()).append(')');
        }
    }

    private static void field(StringBuilder line, String name, long value) {
        if (value != 0) {
            line.append(' ').append(name).append(':').append(value);
        }
    }

    private static void milliseconds(StringBuilder line, String name, long ns) {
        field(line, name, ns / MS);
        line.append(ns < MS ? "" : "ms");
    }

    private static long segments(long octets, int mss) {
        return mss == 0 ? 0 : (octets + mss - 1) / mss;
    }

    /** Milliseconds with up to three places behind the point. */
    private static String ms(long ns) {
        String exact = String.format(Locale.ROOT, "%.3f", ns / (double) MS);
        return exact.replaceAll("\\.?0+$", "");
    }

    private static List<TcpInfo> infos(Endpoint endpoint) {
        List<TcpInfo> infos = new ArrayList<>();
        endpoint.forEachTcpInfo(infos::add);
        return infos;
    }

    private static List<NetstatRow> rows(List<NetstatRow> listeners, List<TcpInfo> infos) {
        List<NetstatRow> rows = new ArrayList<>(listeners);
        for (TcpInfo each : infos) {
            Sending sending = each.sending();
            rows.add(
                    new NetstatRow(
                            each.receiving().unread(),
                            sending.unacknowledged() + sending.unsent(),
                            each.localAddress(),
                            each.localPort(),
                            each.remoteAddress(),
                            each.remotePort(),
                            each.state().name()));
        }
        return rows;
    }

    private static String padded(String line) {
        int state = line.length() - line.lastIndexOf(' ') - 1;
        return line + " ".repeat(Math.max(0, STATE_WIDTH - state));
    }
}
