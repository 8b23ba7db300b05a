/**
 * What one endpoint has once and all its connections share: the time of the duty cycle, the
 * configuration, the counters, pools, and the tables in which TCBs are found.
 */
package io.finwait.tcp.internal.context;
