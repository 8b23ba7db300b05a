package io.finwait.sim.script;

import io.finwait.sim.script.InfoNames.Recovery;
import io.finwait.tcp.TcpInfo;
import io.finwait.tcp.internal.tcb.LossState;
import io.finwait.tcp.internal.tcb.Scoreboard;
import io.finwait.tcp.internal.tcb.Tcb;

/**
 * What Linux tells of a connection as {@code TCP_INFO}, of one of ours. Linux counts segments where
 * we count octets; a started segment counts as one.
 */
final class SocketInfo {

    private static final long US = 1_000;
    private static final long MS = 1_000 * US;

    private final TcpInfo info;

    /** Null when the connection has ended. */
    private final Tcb tcb;

    private final int mssOffered;

    /**
     * Of a connection.
     *
     * @param tcb null when it has ended
     * @param mssOffered the MSS that our SYN carries
     */
    SocketInfo(TcpInfo info, Tcb tcb, int mssOffered) {
        this.info = info;
        this.mssOffered = mssOffered;
        this.tcb = tcb;
    }

    /**
     * A field of {@code struct tcp_info}.
     *
     * @throws UnsupportedScriptException when we do not have it
     */
    long value(String field) {
        TcpInfo.Sending sending = info.sending();
        return switch (field) {
            case "tcpi_ca_state" -> recovery().ordinal();
            case "tcpi_options" -> options();
            case "tcpi_snd_cwnd" -> window() / segment();
            case "tcpi_snd_ssthresh" ->
                    sending.slowStartThreshold() == TcpInfo.Sending.UNLIMITED
                            ? InfoNames.INFINITE_THRESHOLD
                            : sending.slowStartThreshold() / segment();
            case "tcpi_advmss" -> mssOffered;
            case "tcpi_snd_mss" -> sending.segmentOctets();
            case "tcpi_unacked" -> segments(sending.unacknowledged());
            case "tcpi_sacked" -> segments(sending.sacked());
            case "tcpi_lost" -> tcb == null ? 0 : segments(board().lostOctets());
            case "tcpi_retrans" -> tcb == null ? 0 : segments(board().againOctets());
            case "tcpi_total_retrans" -> sending.segmentsRetransmitted();
            case "tcpi_reordering" -> sending.reordering();
            case "tcpi_rtt" -> info.roundTrip().smoothedNs() / US;
            case "tcpi_rttvar" -> info.roundTrip().variationNs() / US;
            case "tcpi_rto" -> info.roundTrip().timeoutNs() / US;
            case "tcpi_backoff" -> info.roundTrip().doublings();
            case "tcpi_retransmits" -> info.timer().retransmissions();
            case "tcpi_probes" -> info.timer().probes();
            case "tcpi_last_ack_recv" -> info.receiving().sinceHeardNs() / MS;
            case "tcpi_last_data_recv" -> info.receiving().sinceTextNs() / MS;
            case "tcpi_busy_time" -> sending.busyNs() / US;
            case "tcpi_rwnd_limited" -> sending.windowLimitedNs() / US;
            case "tcpi_sndbuf_limited" -> sending.bufferLimitedNs() / US;
            case "tcpi_last_data_sent" -> sending.sinceSentNs() / MS;
            case "tcpi_notsent_bytes" -> sending.unsent();
            case "tcpi_bytes_acked" -> sending.acknowledged();
            case "tcpi_bytes_received" -> info.receiving().received();
            case "tcpi_bytes_retrans" -> sending.retransmitted();
            default -> throw new UnsupportedScriptException("'" + field + "' in code");
        };
    }

    private Scoreboard board() {
        return tcb.snd().scoreboard;
    }

    private int segment() {
        return Math.max(1, info.sending().segmentOctets());
    }

    private long segments(long octets) {
        return (octets + segment() - 1) / segment();
    }

    /** In fast recovery by SACK the window is that of RFC 9937. */
    private long window() {
        boolean proportional =
                tcb != null && tcb.loss.recovering && !tcb.loss.afterTimeout && tcb.sackPermitted;
        return proportional ? tcb.loss.prrWindow : info.sending().congestionWindow();
    }

    private Recovery recovery() {
        if (tcb == null) {
            return Recovery.OPEN;
        }
        LossState loss = tcb.loss;
        if (loss.recovering) {
            return loss.afterTimeout ? Recovery.LOSS : Recovery.RECOVERY;
        }
        if (tcb.reducedLately) {
            return Recovery.CWR;
        }
        boolean disorder = loss.duplicates > 0 || !board().isEmpty();
        return disorder ? Recovery.DISORDER : Recovery.OPEN;
    }

    private int options() {
        TcpInfo.Receiving receiving = info.receiving();
        boolean scaled = receiving.windowShift() > 0 || info.sending().windowShift() > 0;
        return (receiving.timestamps() ? InfoNames.option("TCPI_OPT_TIMESTAMPS") : 0)
                | (receiving.sack() ? InfoNames.option("TCPI_OPT_SACK") : 0)
                | (scaled ? InfoNames.option("TCPI_OPT_WSCALE") : 0)
                | (tcb != null && tcb.ecn ? InfoNames.option("TCPI_OPT_ECN") : 0);
    }
}
