package io.finwait.driver;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** One thread puts octets into a ring, and the other takes them: none comes before it was put. */
@JCStressTest
@Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "Nothing was there yet.")
@Outcome(id = "1, 7", expect = Expect.ACCEPTABLE, desc = "The first octet.")
@Outcome(id = "2, 15", expect = Expect.ACCEPTABLE, desc = "Both octets.")
@Outcome(expect = Expect.FORBIDDEN, desc = "An octet that nobody has put.")
@State
public class ByteRingStress {

    private final ByteRing ring = new ByteRing();

    /** Puts two octets, one after the other. */
    @Actor
    public void putter() {
        ring.put(new byte[] {7}, 0, 1);
        ring.put(new byte[] {8}, 0, 1);
    }

    /** How many there are, and their sum. */
    @Actor
    public void taker(II_Result result) {
        byte[] taken = new byte[2];
        result.r1 = ring.take(taken, 0, 2);
        result.r2 = taken[0] + taken[1];
    }
}
