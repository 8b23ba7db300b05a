/** ICMP: replies to echo requests, and errors about TCP segments. */
package io.finwait.icmp;
