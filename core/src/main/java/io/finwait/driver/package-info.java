/**
 * Runs an endpoint on a thread of its own: {@link io.finwait.driver.Driver}. Here, and nowhere else
 * in the core, are threads, a clock that is read, and calls from any thread.
 */
package io.finwait.driver;
