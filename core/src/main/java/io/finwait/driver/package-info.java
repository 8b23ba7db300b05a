/**
 * Runs an endpoint on a thread of its own: {@link io.finwait.driver.Driver}. Threads, a clock that
 * is read, and calls from any thread are here and in what stands on it, {@link io.finwait.socket};
 * the protocol below knows none of them.
 */
package io.finwait.driver;
