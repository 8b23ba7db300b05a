/**
 * What a stack did, in words and in files: taps on transports, one line per packet, captures in
 * pcapng, and the netstat view. Diagrams are drawn by {@link io.finwait.picture}; events for JDK
 * Flight Recorder are written by the endpoint itself, see docs/watching.md.
 *
 * <p>Nothing here takes part in the protocol. A tap that fails says so in the log and leaves the
 * connections alone.
 */
package io.finwait.trace;
