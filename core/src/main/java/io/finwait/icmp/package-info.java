/** What lies between packets and TCP: ICMP. */
package io.finwait.icmp;
