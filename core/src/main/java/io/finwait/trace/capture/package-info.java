/**
 * Reads captures that any program has written: pcap and pcapng, plain or compressed with gzip, from
 * a file or from a stream that grows. A reader gives one packet at a time, in place; it keeps
 * nothing.
 */
package io.finwait.trace.capture;
