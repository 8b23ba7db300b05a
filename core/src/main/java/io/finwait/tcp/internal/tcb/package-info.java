/**
 * The transmission control block: the send and receive variables (RFC 9293 §3.3.1), timers, the
 * retransmission timeout and what the peer has reported by SACK.
 */
package io.finwait.tcp.internal.tcb;
