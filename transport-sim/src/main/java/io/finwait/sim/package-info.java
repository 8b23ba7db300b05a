/** A deterministic network in virtual time, packet scripts and the transport contract. */
package io.finwait.sim;
