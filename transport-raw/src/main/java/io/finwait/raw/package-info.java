/**
 * IP packets of a Linux TUN device, through java.lang.foreign; other hosts are reached by routing.
 */
package io.finwait.raw;
