/** Output: which segments are sent, when, and how they are written. */
package io.finwait.tcp.internal.output;
