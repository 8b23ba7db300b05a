/** What happens to a connection from outside: arriving segments, ICMP errors and timers. */
package io.finwait.tcp.internal.input;
