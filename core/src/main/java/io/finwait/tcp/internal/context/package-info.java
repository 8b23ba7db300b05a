/**
 * What all connections of an endpoint share: the time of the duty cycle, the
 * configuration, the counters, pools, and the tables in which TCBs are found.
 */
package io.finwait.tcp.internal.context;
