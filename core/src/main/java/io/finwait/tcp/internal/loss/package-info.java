/**
 * What goes again, and how much may be on its way: congestion control and loss recovery.
 */
package io.finwait.tcp.internal.loss;
