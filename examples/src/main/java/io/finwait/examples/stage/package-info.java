/**
 * Where stories are played: two hosts, calls of their applications, what was seen of both, and how
 * it is shown. The hosts meet in a simulation, or one of them is the Linux kernel.
 */
package io.finwait.examples.stage;
