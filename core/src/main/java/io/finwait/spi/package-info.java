/**
 * What a carrier of IP packets must offer, and what else the core takes from outside: randomness,
 * waiting. {@link io.finwait.spi.Transport} is the heart of it.
 */
package io.finwait.spi;
