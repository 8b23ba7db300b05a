package io.finwait.tcp;

import java.util.EnumMap;
import java.util.Map;

/**
 * What an endpoint has counted. Its thread alone writes; any thread may read. A count is written
 * with release and read with acquire semantics: a reader soon sees it, and then also sees
 * everything that was counted before it. Several counts can't be read at the same moment.
 */
public interface Counters {

    /** What is counted. */
    enum Counter {
        /** Packets received. */
        PACKETS_IN,
        /** Packets sent. */
        PACKETS_OUT,
        /** Packets that were malformed at the IP layer, or were neither TCP nor a ping. */
        BAD_PACKETS,
        /** Segments whose checksum was wrong. */
        BAD_CHECKSUMS,
        /** Packets that were not for us. */
        NOT_FOR_US,
        /** Segments dropped because they meant nothing and called for no answer. */
        DROPPED_SEGMENTS,
        /** Active opens. */
        ACTIVE_OPENS,
        /** Connections accepted from a listener's handshake. */
        PASSIVE_OPENS,
        /** Connections that were never established: tcpAttemptFails of RFC 4022. */
        FAILED_ATTEMPTS,
        /**
         * Connections that went from ESTABLISHED or CLOSE-WAIT straight to CLOSED: tcpEstabResets
         * of RFC 4022.
         */
        ESTABLISHED_RESETS,
        /** SYNs, and ACKs that complete a handshake, dropped because an accept queue was full. */
        LISTEN_OVERFLOWS,
        /** SYNs that a listener dropped, and handshakes that it gave up for newer ones. */
        LISTEN_DROPS,
        /** SYNs answered with a SYN cookie. */
        SYN_COOKIES_SENT,
        /** SYN cookies that came back and became connections. */
        SYN_COOKIES_RECEIVED,
        /** Segments that could have brought a SYN cookie back, and brought none of ours. */
        SYN_COOKIES_FAILED,
        /** Segments sent again, for any {@link Retransmission} reason. */
        RETRANSMISSIONS,
        /** Retransmission timers that fired. */
        RETRANSMISSION_TIMEOUTS,
        /** Probes for a lost tail sent (RFC 8985 §7). */
        TAIL_LOSS_PROBES,
        /** Segments of text that a router had marked with "congestion experienced" (RFC 3168). */
        CONGESTION_MARKS,
        /** How often a window was reduced because the peer told of marks. */
        ECN_REDUCTIONS,
        /** Resets sent. */
        RESETS_OUT,
        /** Acceptable resets received. */
        RESETS_IN,
        /** Resets not sent because of the limit per second. */
        RESETS_LIMITED,
        /** Challenge ACKs sent (RFC 5961). */
        CHALLENGE_ACKS,
        /** Challenge and duplicate ACKs not sent because of the connection's limit. */
        ACKS_LIMITED,
        /** Segments refused by PAWS (RFC 7323 §5). */
        PAWS_DROPS,
        /** Aborts because of unread data at CLOSE. */
        ABORTS_UNREAD_DATA,
        /** Aborts because data came after CLOSE. */
        ABORTS_DATA_AFTER_CLOSE,
        /** Aborts by linger 0. */
        ABORTS_LINGER,
        /** Orphans given up because there were too many. */
        ABORTS_TOO_MANY_ORPHANS,
        /** Connections given up by a timer. */
        ABORTS_TIMEOUT,
        /** Orphans in FIN-WAIT-2 that timed out. */
        FIN_WAIT_2_TIMEOUTS,
        /** Answers not sent because the transport had no room. */
        ANSWERS_WITHOUT_ROOM,
        /** How often three quarters of the memory for text came into use. */
        MEMORY_PRESSURES,
        /** How often less was in use again. */
        MEMORY_PRESSURES_LEFT,
        /** Segments of which text was not taken because memory was short; it comes again. */
        TEXT_DROPPED_FOR_MEMORY,
        /** Receive buffers that lost what stood behind a gap because memory was used up. */
        BUFFERS_PRUNED,
        /** Connections whose text was copied into fewer or smaller blocks, for want of memory. */
        BUFFERS_COLLAPSED,
        /** Pings answered. */
        PINGS,
        /** Soft ICMP errors, told to the user: what they report may pass. */
        ICMP_SOFT_ERRORS,
        /**
         * Connections whose segments got smaller because a link on the path carries less (RFC 1191,
         * RFC 8201).
         */
        PATH_MTU_REDUCTIONS,
        /**
         * ICMP errors whose quoted segment is not outstanding on any connection, or that change
         * nothing.
         */
        ICMP_IGNORED,
        /**
         * Exceptions and errors that were contained: each ended one connection, or was the end of
         * one packet, command or callback. None should ever happen; the log has the stack traces.
         */
        FAILURES_CONTAINED
    }

    /** The value of a counter; any thread may ask. */
    long get(Counter counter);

    /** All counters that are not zero. */
    default Map<Counter, Long> nonZero() {
        Map<Counter, Long> result = new EnumMap<>(Counter.class);
        for (Counter each : Counter.values()) {
            long count = get(each);
            if (count != 0) {
                result.put(each, count);
            }
        }
        return result;
    }
}
