/**
 * What the core needs from outside: above all a {@link io.finwait.spi.Transport}, which carries IP
 * packets, and also randomness and congestion control.
 */
package io.finwait.spi;
