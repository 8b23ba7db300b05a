package io.finwait.tcp.internal.context;

import io.finwait.tcp.Counters.Counter;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJ_Result;

/** Who sees a count sees the counts that were written before it. */
@JCStressTest
@Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "Before both.")
@Outcome(id = "0, 1", expect = Expect.ACCEPTABLE, desc = "Between them.")
@Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "Behind both.")
@Outcome(id = "1, 0", expect = Expect.FORBIDDEN, desc = "A packet with a bad sum never came.")
@State
public class CountersStress {

    private final EndpointCounters counters = new EndpointCounters();

    /** The endpoint's thread counts a packet, and that its checksum is bad. */
    @Actor
    public void endpoint() {
        counters.add(Counter.PACKETS_IN);
        counters.add(Counter.BAD_CHECKSUMS);
    }

    /** Any thread reads the second one first. */
    @Actor
    public void reader(JJ_Result result) {
        result.r1 = counters.get(Counter.BAD_CHECKSUMS);
        result.r2 = counters.get(Counter.PACKETS_IN);
    }
}
