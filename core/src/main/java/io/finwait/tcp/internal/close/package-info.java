/**
 * Everything that ends a connection: the transitions of its state, CLOSE and ABORT, TIME-WAIT and
 * orphans in FIN-WAIT-2.
 */
package io.finwait.tcp.internal.close;
