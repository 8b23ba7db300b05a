/**
 * The TIME-WAIT table: what is left of a connection after its close, held in a few dozen flat
 * octets, with every rule the RFCs have for that state. Usable without the rest of Finwait:
 * primitives in, a verdict out. {@link io.finwait.timewait.TimeWaitTable} is the heart of it.
 */
package io.finwait.timewait;
