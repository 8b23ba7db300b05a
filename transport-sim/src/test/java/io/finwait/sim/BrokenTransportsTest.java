package io.finwait.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.sim.contract.TransportContract;
import io.finwait.sim.contract.TransportFixture;
import io.finwait.spi.ForwardingTransport;
import io.finwait.spi.Transport;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.opentest4j.TestAbortedException;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;

/** The contract finds transports that break it: each of them fails the rule that it breaks. */
class BrokenTransportsTest {

    record Broken(String rule, String name, BiFunction<Transport, SimNetwork, Transport> make) {
        @Override
        public String toString() {
            return rule + " " + name;
        }
    }

    private static Broken broken(String rule, String name, UnaryOperator<Transport> make) {
        return new Broken(rule, name, (inner, network) -> make.apply(inner));
    }

    static List<Broken> brokenTransports() {
        return List.of(
                broken("r1", "alters an octet", BrokenTransports::altersAnOctet),
                broken("r1", "loses though lossless", BrokenTransports::losesThoughLossless),
                broken("r1", "swaps though ordered", BrokenTransports::swapsThoughOrdered),
                broken("r2", "cuts long packets", BrokenTransports::cutsLongPackets),
                broken("r2", "loses bare headers", BrokenTransports::losesBareHeaders),
                broken("r3", "returns the size", BrokenTransports::returnsTheSizeOfTheBatch),
                broken("r3", "clears the batch", BrokenTransports::clearsTheBatch),
                broken("r4", "reuses its buffer", BrokenTransports::reusesTheReceiveBuffer),
                broken("r5", "drops what does not fit", BrokenTransports::dropsWhatDoesNotFit),
                broken("r6", "lacks headroom", BrokenTransports::declaresHeadroomItDoesNotGive),
                broken("r6", "one buffer for all", BrokenTransports::givesOneBufferToAll),
                broken("r7", "sends what is abandoned", BrokenTransports::sendsWhatIsAbandoned),
                broken("r7", "leaks abandoned room", BrokenTransports::leaksAbandonedRoom),
                new Broken("r8", "sleeps", BrokenTransports::sleepsThroughAwait),
                new Broken("r9", "sleeps", BrokenTransports::sleepsThroughAwait),
                broken("r9", "oversleeps", BrokenTransports::oversleeps),
                broken("r9", "negative timeouts", BrokenTransports::waitsForWhatIsOver),
                broken("r9", "forgets wake-ups", BrokenTransports::forgetsWakeUps),
                broken("r10", "wake-up throws", BrokenTransports::refusesWakeUpsAfterClose),
                broken("r11", "refuses to close twice", BrokenTransports::refusesToCloseTwice),
                broken("r11", "carries on after close", BrokenTransports::carriesOnAfterClose),
                broken("r11", "throws after close", BrokenTransports::takesNothingBackAfterClose),
                broken("r12", "deadlines that pass", BrokenTransports::namesDeadlinesThatPass),
                broken("r13", "allocates secretly", BrokenTransports::allocatesSecretly),
                broken("r14", "null for a mistake", BrokenTransports::answersMistakesWithNull));
    }

    @ParameterizedTest
    @MethodSource("brokenTransports")
    void aBrokenTransportFailsTheRuleThatItBreaks(Broken broken) {
        assertThat(failedRules(broken.make, broken.rule + "_")).containsExactly(broken.rule);
    }

    @Test
    void aGoodTransportFailsNone() {
        assertThat(failedRules((inner, network) -> new ForwardingTransport(inner) {}, "r"))
                .isEmpty();
        assertThat(
                        failedRules(
                                (inner, network) ->
                                        BrokenTransports.declaring(inner, true, true, 0),
                                "r1_"))
                .isEmpty();
    }

    /** Runs the tests of the contract whose names begin so; returns the rules that failed. */
    private static Set<String> failedRules(
            BiFunction<Transport, SimNetwork, Transport> make, String prefix) {
        Set<String> failed = new TreeSet<>();
        int run = 0;
        for (Method test : Contract.methods()) {
            boolean named = test.getName().startsWith(prefix);
            if (!test.isAnnotationPresent(Test.class) || !named) {
                continue;
            }
            run++;
            if (fails(test, make)) {
                failed.add(test.getName().substring(0, test.getName().indexOf('_')));
            }
        }
        assertThat(run).as("tests of the contract that begin with %s", prefix).isPositive();
        return failed;
    }

    private static boolean fails(Method test, BiFunction<Transport, SimNetwork, Transport> make) {
        // A queue of four with a slow link gives back-pressure, which R8 is about.
        LinkModel slow = LinkModel.perfect().delay(1_000_000).rate(100_000_000, 100);
        TransportContract contract =
                new TransportContract() {
                    @Override
                    protected TransportFixture openFixture() {
                        SimNetwork network = SimNetwork.seeded(3).links(slow).queues(4, 64);
                        return new SimFixture(network, inner -> make.apply(inner, network));
                    }
                };
        try {
            call(contract, Contract.method("open"));
            call(contract, test);
            return false;
        } catch (TestAbortedException notApplicable) {
            return false;
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("the contract's methods can't be called", e);
        } catch (RuntimeException | AssertionError e) {
            return true;
        }
    }

    private static void call(TransportContract contract, Method method)
            throws ReflectiveOperationException {
        method.setAccessible(true);
        try {
            method.invoke(contract);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof RuntimeException thrown) {
                throw thrown;
            }
            if (e.getCause() instanceof Error thrown) {
                throw thrown;
            }
            throw e;
        }
    }
}
