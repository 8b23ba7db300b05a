package io.finwait.sim;

import io.finwait.sim.contract.TransportContract;
import io.finwait.sim.contract.TransportFixture;
import io.finwait.spi.Transport;
import io.finwait.trace.TapTransport;
import io.finwait.trace.TraceTap;

import org.junit.jupiter.api.Nested;

import java.util.function.UnaryOperator;

/** The transport contract, on simulated links of several kinds and with fault injection around. */
class SimTransportContractTest {

    private static final LinkModel BAD =
            LinkModel.perfect()
                    .loss(0.2)
                    .delay(3_000_000)
                    .jitter(1_000_000)
                    .reordering(0.1, 2_000_000)
                    .duplication(0.1)
                    .rate(100_000_000, 1_000);

    private static SimNetwork network() {
        return SimNetwork.seeded(20260101);
    }

    @Nested
    class OnAPerfectLink extends TransportContract {
        @Override
        protected TransportFixture openFixture() {
            return new SimFixture(network(), UnaryOperator.identity());
        }
    }

    @Nested
    class WithIpv6AndJumboPackets extends TransportContract {
        @Override
        protected TransportFixture openFixture() {
            return new SimFixture(network().mtu(9_000), UnaryOperator.identity(), "fd00::");
        }
    }

    @Nested
    class OnASlowLinkWithAShortQueue extends TransportContract {
        @Override
        protected TransportFixture openFixture() {
            LinkModel slow = LinkModel.perfect().delay(5_000_000).rate(10_000_000, 100);
            return new SimFixture(network().links(slow).queues(16, 64), UnaryOperator.identity());
        }
    }

    @Nested
    class OnABadLink extends TransportContract {
        @Override
        protected TransportFixture openFixture() {
            return new SimFixture(network().links(BAD).queues(64, 64), UnaryOperator.identity());
        }
    }

    @Nested
    class InsideAFaultTransportWithoutFaults extends TransportContract {
        @Override
        protected TransportFixture openFixture() {
            LinkModel slow = LinkModel.perfect().delay(5_000_000).rate(10_000_000, 100);
            return new SimFixture(
                    network().links(slow).queues(16, 64),
                    inner -> faults(inner, LinkModel.perfect()));
        }
    }

    @Nested
    class InsideAFaultTransportWithFaults extends TransportContract {
        @Override
        protected TransportFixture openFixture() {
            return new SimFixture(network(), inner -> faults(inner, BAD));
        }
    }

    @Nested
    class InsideATraceInWords extends TransportContract {
        @Override
        protected TransportFixture openFixture() {
            return new SimFixture(network(), inner -> traced(inner));
        }
    }

    @Nested
    class InsideFaultsInsideATrace extends TransportContract {
        @Override
        protected TransportFixture openFixture() {
            return new SimFixture(network(), inner -> traced(faults(inner, BAD)));
        }
    }

    private static Transport traced(Transport inner) {
        return new TapTransport(inner, new TraceTap(line -> {}));
    }

    private static Transport faults(Transport inner, LinkModel model) {
        return new FaultTransport(inner, model, model, 7);
    }
}
