/** TUN, TAP and AF_PACKET through java.lang.foreign. */
package io.finwait.raw;
