/** The TIME-WAIT table at work, for people to look at: {@code finwait time-wait}. */
package io.finwait.examples.timewait;
