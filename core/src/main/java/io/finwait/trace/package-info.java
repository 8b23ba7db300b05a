/**
 * Everything that people look at: taps on transports and captures in pcapng, ladder diagrams as
 * text and as SVG, the netstat view, and charts of measurements. Events for JDK Flight Recorder are
 * written by the endpoint itself, see docs/watching.md.
 *
 * <p>Nothing here takes part in the protocol. A tap or a diagram that fails says so in the log and
 * leaves the connections alone.
 */
package io.finwait.trace;
