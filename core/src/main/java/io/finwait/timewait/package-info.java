/**
 * The TIME-WAIT table, {@link io.finwait.timewait.TimeWaitTable}: it holds what is left of a
 * connection after its close in a few dozen octets, and applies every rule that the RFCs have for
 * that state. It can be used without the rest of Finwait: the caller passes numbers and gets a
 * verdict.
 */
package io.finwait.timewait;
