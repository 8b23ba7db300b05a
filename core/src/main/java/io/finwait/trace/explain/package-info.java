/**
 * Tells from a capture how each connection went: who opened, who closed first, in which states both
 * ends were, how it ended and why.
 */
package io.finwait.trace.explain;
