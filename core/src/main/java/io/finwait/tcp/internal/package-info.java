/**
 * The machinery behind {@link io.finwait.tcp}: the transmission control block, the processing of
 * arriving segments in the RFC's order, the one way out, timers and buffers. Exported only to the
 * simulation and the benchmarks; nothing here is an API.
 */
package io.finwait.tcp.internal;
