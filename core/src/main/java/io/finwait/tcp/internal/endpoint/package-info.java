/**
 * The duty cycle and what the user holds: handles, listeners, callbacks.
 */
package io.finwait.tcp.internal.endpoint;
