/**
 * A network for tests with ordinary sockets: {@link io.finwait.sim.net.SimNet} has hosts with names
 * and addresses, links that can be bad, and a clock that jumps when every thread waits.
 */
package io.finwait.sim.net;
