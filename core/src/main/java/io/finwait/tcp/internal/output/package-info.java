/**
 * The one way out: which segments leave, when, and how they are written.
 */
package io.finwait.tcp.internal.output;
