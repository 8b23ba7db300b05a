/**
 * A gateway between IP packets and the machine's own sockets: every connection that comes in over a
 * transport is passed on, and ends at each end as it did at the other.
 */
package io.finwait.nio.gateway;
