/**
 * What happens to a connection from outside: a segment arrives, an ICMP error, a timer fires.
 */
package io.finwait.tcp.internal.input;
