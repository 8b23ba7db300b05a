/** Input nobody would send: whatever comes, the stack stands. */
package io.finwait.sim.fuzz;
