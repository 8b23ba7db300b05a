/**
 * Octets and ranges of sequence numbers: pooled blocks, chains of them, what waits to be sent, what
 * was received, and the part of it that is still in buffers of the transport.
 */
package io.finwait.tcp.internal.buffer;
