/**
 * The API and the vocabulary of Finwait's TCP: {@link io.finwait.tcp.Endpoint}, {@link
 * io.finwait.tcp.Connection}, {@link io.finwait.tcp.State} and how connections end ({@link
 * io.finwait.tcp.CloseReason}). {@code io.finwait.Finwait} opens an endpoint.
 */
package io.finwait.tcp;
