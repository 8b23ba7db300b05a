/** {@code finwait explain}: stories of connections from captures, as text, JSON and ladders. */
package io.finwait.examples.explain;
