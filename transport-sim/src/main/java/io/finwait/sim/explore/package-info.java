/**
 * The explorer: two real endpoints, and every interleaving of deliveries, losses, duplications,
 * reorderings, timers and calls within bounds. Breadth first, so that the shortest way to a
 * violation of an invariant comes first.
 */
package io.finwait.sim.explore;
