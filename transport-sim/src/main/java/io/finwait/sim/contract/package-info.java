/**
 * The rules of {@link io.finwait.spi.Transport} as tests that anybody can run against a transport
 * of their own: extend {@link io.finwait.sim.contract.TransportContract} and supply a {@link
 * io.finwait.sim.contract.TransportFixture}.
 */
package io.finwait.sim.contract;
