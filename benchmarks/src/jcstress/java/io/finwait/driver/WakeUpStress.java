package io.finwait.driver;

import org.jctools.queues.atomic.MpscAtomicArrayQueue;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/** A call comes while the driver is about to wait. */
@JCStressTest
@Outcome(
        id = "true, false",
        expect = Expect.FORBIDDEN,
        desc = "The driver waits, and the call that it has not seen wakes nobody.")
@Outcome(id = "true, true", expect = Expect.ACCEPTABLE, desc = "The call ends the wait.")
@Outcome(id = "false, true", expect = Expect.ACCEPTABLE, desc = "Each has seen the other.")
@Outcome(id = "false, false", expect = Expect.ACCEPTABLE, desc = "The driver has seen the call.")
@State
public class WakeUpStress {

    private final MpscAtomicArrayQueue<String> commands = new MpscAtomicArrayQueue<>(4);
    private boolean woken;
    private final WakeUp wakeUp = new WakeUp(() -> woken = true, commands::isEmpty);

    /** The driver's thread: does it wait? */
    @Actor
    public void driver(ZZ_Result result) {
        result.r1 = wakeUp.mayWait();
    }

    /** A caller: does it wake the driver? */
    @Actor
    public void caller(ZZ_Result result) {
        commands.offer("call");
        wakeUp.brought();
        result.r2 = woken;
    }
}
