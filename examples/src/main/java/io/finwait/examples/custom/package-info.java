/**
 * A transport of one's own, complete, as the README shows it, and a congestion control of one's
 * own.
 */
package io.finwait.examples.custom;
