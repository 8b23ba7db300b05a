package io.finwait.raw;

import io.finwait.sim.contract.TransportContract;
import io.finwait.sim.contract.TransportFixture;

/** The contract over a socket pair: everything but the device itself, without any rights. */
class SocketPairContractTest extends TransportContract {

    @Override
    protected TransportFixture openFixture() {
        return new PairFixture(
                () -> {
                    SocketPair pair = PairFixture.socketPair(1500);
                    return new PairFixture.Ends(pair.near, pair.far);
                },
                () -> {},
                "10.9.0.2",
                "10.9.0.1");
    }
}
