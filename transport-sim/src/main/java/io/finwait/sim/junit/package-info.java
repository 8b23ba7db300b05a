/**
 * JUnit 5 and 6: {@link io.finwait.sim.junit.SimTest} gives a test a network, and lets a red one
 * explain itself. JUnit is an optional dependency, needed for this package alone.
 */
package io.finwait.sim.junit;
