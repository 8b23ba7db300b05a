package io.finwait.sim.explore;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.reflect.Method;
import java.util.function.Consumer;

/**
 * Bugs that stacks have really had, planted by bytecode one at a time: the explorer must find each, by
 * the shortest way there is.
 */
class PlantedBugsTest {

    private static final String INTERNAL = "io.finwait.tcp.internal.";
    private static final ClassDesc TCB = ClassDesc.of(INTERNAL + "Tcb");
    private static final ClassDesc SND = ClassDesc.of(INTERNAL + "Snd");
    private static final ClassDesc STATE = ClassDesc.of("io.finwait.tcp.State");
    private static final ClassDesc TRIGGER = ClassDesc.of("io.finwait.tcp.Trigger");
    private static final ClassDesc SEGMENT = ClassDesc.of("io.finwait.wire.Segment");

    @Test
    void aFinThatIsNeverSentAgain() {
        assertFound(
                "SegmentOutput",
                "sendAgain",
                code -> {
                    Label healthy = code.newLabel();
                    code.aload(1).getfield(TCB, "snd", SND);
                    code.invokevirtual(SND, "finSent", MethodTypeDesc.of(ConstantDescs.CD_boolean));
                    code.ifeq(healthy).iconst_1().ireturn().labelBinding(healthy);
                });
    }

    @Test
    void noRetransmissionInClosing() {
        assertFound(
                "Expiry",
                "retransmission",
                code -> inState(code, "CLOSING", 1, CodeBuilder::return_));
    }

    @Test
    void aDataAckTakenForTheAckOfTheFin() {
        assertFound(
                "Snd",
                "finAcknowledged",
                code ->
                        code.aload(0)
                                .getfield(SND, "finQueued", ConstantDescs.CD_boolean)
                                .ireturn());
    }

    @Test
    void lastAckLeftOnAnyAck() {
        ClassDesc arrives = ClassDesc.of(INTERNAL + "SegmentArrives");
        ClassDesc endpoint = ClassDesc.of(INTERNAL + "TcpEndpoint");
        ClassDesc lifecycle = ClassDesc.of(INTERNAL + "Lifecycle");
        assertFound(
                "SegmentArrives",
                "acknowledgment",
                code ->
                        inState(
                                code,
                                "LAST_ACK",
                                1,
                                then ->
                                        then.aload(0)
                                                .getfield(arrives, "endpoint", endpoint)
                                                .getfield(endpoint, "lifecycle", lifecycle)
                                                .aload(1)
                                                .invokevirtual(
                                                        lifecycle,
                                                        "finAcknowledged",
                                                        MethodTypeDesc.of(
                                                                ConstantDescs.CD_void, TCB))
                                                .iconst_0()
                                                .ireturn()));
    }

    @Test
    void finInFinWait1LeadingToLastAck() {
        assertFound(
                "FIN-WAIT-1 and FIN lead to LAST-ACK",
                explore(
                        "polite",
                        "io.finwait.tcp.State",
                        "on",
                        code -> {
                            Label healthy = code.newLabel();
                            code.aload(0).getstatic(STATE, "FIN_WAIT_1", STATE).if_acmpne(healthy);
                            code.aload(1).getstatic(TRIGGER, "FIN", TRIGGER).if_acmpne(healthy);
                            code.getstatic(STATE, "LAST_ACK", STATE).areturn();
                            code.labelBinding(healthy);
                        }));
    }

    @Test
    void timeWaitThatDoesNotAnswerTheFinSentAgain() {
        assertFound("TimeWaits", "answer", CodeBuilder::return_);
    }

    @Test
    void aFinDroppedBecauseItsAckFieldIsOld() {
        assertFound(
                "SegmentArrives",
                "acknowledgment",
                code -> {
                    Label healthy = code.newLabel();
                    code.aload(2)
                            .invokevirtual(SEGMENT, "ack", MethodTypeDesc.of(ConstantDescs.CD_int));
                    code.aload(1)
                            .getfield(TCB, "snd", SND)
                            .getfield(SND, "una", ConstantDescs.CD_int);
                    code.isub().ifge(healthy).iconst_0().ireturn().labelBinding(healthy);
                });
    }

    @Test
    void closingThatNeverSendsWhatIsUnsent() {
        assertFound(
                "CLOSING never sends what is unsent",
                explore(
                        "narrow",
                        INTERNAL + "SegmentOutput",
                        "pollText",
                        code -> inState(code, "CLOSING", 1, then -> then.iconst_1().ireturn())));
    }

    /** Not one of the history's eight: it shows that the search for leaks is not empty. */
    @Test
    void timeWaitThatNobodyAsks() {
        assertFound(
                "TimeWaits.take",
                explore(
                        "incarnations",
                        INTERNAL + "TimeWaits",
                        "take",
                        code -> code.iconst_0().ireturn()));
    }

    /** {@code if (tcb.state == STATE) then}, the TCB being an argument. */
    private static void inState(
            CodeBuilder code, String state, int argument, Consumer<CodeBuilder> then) {
        Label healthy = code.newLabel();
        code.aload(argument).getfield(TCB, "state", STATE);
        code.getstatic(STATE, state, STATE).if_acmpne(healthy);
        then.accept(code);
        code.labelBinding(healthy);
    }

    /** What was found with a bug. */
    private record Found(int states, String violation, int steps) {}

    private static void assertFound(String className, String method, Consumer<CodeBuilder> bug) {
        assertFound(className + "." + method, explore("polite", INTERNAL + className, method, bug));
    }

    private static void assertFound(String what, Found found) {
        assertThat(found.violation()).as("%s: %s", what, found).isNotNull();
        System.out.printf(
                "planted in %s: %s, found after %d steps in %d states%n",
                what, found.violation(), found.steps(), found.states());
    }

    /** Explores with the bug; what it finds crosses from the mutants' class loader as plain values. */
    private static Found explore(
            String search, String className, String method, Consumer<CodeBuilder> bug) {
        MutantLoader loader = new MutantLoader(className, method, bug);
        try {
            Class<?> mutant = loader.loadClass(Exploration.class.getName());
            Method run = mutant.getDeclaredMethod("run", String.class);
            run.setAccessible(true);
            Object[] found = (Object[]) run.invoke(null, search);
            assertThat(loader.isPlanted()).as("the bug is planted in %s", className).isTrue();
            return new Found((int) found[0], (String) found[1], (int) found[2]);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("the mutant did not run", e);
        }
    }
}
