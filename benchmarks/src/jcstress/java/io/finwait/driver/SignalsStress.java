package io.finwait.driver;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/** A connection signals while the driver is about to wait. */
@JCStressTest
@Outcome(
        id = "true, false",
        expect = Expect.FORBIDDEN,
        desc = "The driver waits, and the signal that it has not seen wakes nobody.")
@Outcome(id = "true, true", expect = Expect.ACCEPTABLE, desc = "The signal ends the wait.")
@Outcome(id = "false, true", expect = Expect.ACCEPTABLE, desc = "Each has seen the other.")
@Outcome(id = "false, false", expect = Expect.ACCEPTABLE, desc = "The driver has seen it.")
@State
public class SignalsStress {

    private final Signals signals = new Signals();
    private final RingConnection connection = new RingConnection(null, what -> {});
    private boolean woken;
    private final WakeUp wakeUp = new WakeUp(() -> woken = true, signals::isEmpty);

    /** The driver's thread: does it wait? */
    @Actor
    public void driver(ZZ_Result result) {
        result.r1 = wakeUp.mayWait();
    }

    /** The user of a socket: does it wake the driver? */
    @Actor
    public void user(ZZ_Result result) {
        signals.add(connection);
        wakeUp.brought();
        result.r2 = woken;
    }
}
