/**
 * Everything that people look at: taps on transports and captures in pcapng, ladder diagrams as text
 * and as SVG, the netstat view, flight recorder events, and charts of measurements.
 *
 * <p>Nothing here takes part in the protocol. A tap or a diagram that fails says so in the log and
 * leaves the connections alone.
 */
package io.finwait.trace;
