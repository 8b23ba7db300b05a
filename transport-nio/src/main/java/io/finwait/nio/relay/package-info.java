/**
 * A relay between kernel sockets that carries half-close and reset over as they are, and can impair
 * one direction or both: {@link io.finwait.nio.relay.Relay}.
 */
package io.finwait.nio.relay;
