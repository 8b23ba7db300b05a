package io.finwait.sim.explore;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.objectweb.asm.Label;
import org.objectweb.asm.Opcodes;

import java.lang.reflect.Method;
import java.util.function.Consumer;

/**
 * Bugs that stacks have really had, planted by bytecode one at a time: the explorer must find each,
 * by the shortest way there is.
 */
@Tag("ci")
class PlantedBugsTest {

    private static final String INTERNAL = "io.finwait.tcp.internal.";
    private static final String TCB = "io/finwait/tcp/internal/tcb/Tcb";
    private static final String SND = "io/finwait/tcp/internal/tcb/Snd";
    private static final String OUTCOME = "io/finwait/tcp/internal/close/TimeWaits$Outcome";
    private static final String STATE = "io/finwait/tcp/State";
    private static final String TRIGGER = "io/finwait/tcp/Trigger";
    private static final String SEGMENT = "io/finwait/wire/Segment";

    @Test
    void aFinThatIsNeverSentAgain() {
        assertFound(
                "loss.Recovery",
                "next",
                code -> {
                    Label healthy = new Label();
                    code.aload(1).getfield(TCB, "snd", SND);
                    code.invokevirtual(SND, "finSent", "()Z").jump(Opcodes.IFEQ, healthy);
                    code.aload(1).getfield(TCB, "snd", SND).getfield(SND, "nxt", "I");
                    code.instruction(Opcodes.IRETURN).label(healthy);
                });
    }

    @Test
    void noRetransmissionInClosing() {
        assertFound(
                "input.Expiry",
                "retransmission",
                code -> inState(code, "CLOSING", 1, Code::returnVoid));
    }

    @Test
    void aDataAckTakenForTheAckOfTheFin() {
        assertFound(
                "tcb.Snd",
                "finAcknowledged",
                code -> code.aload(0).getfield(SND, "finQueued", "Z").instruction(Opcodes.IRETURN));
    }

    @Test
    void lastAckLeftOnAnyAck() {
        String arrives = "io/finwait/tcp/internal/input/SegmentArrives";
        String lifecycle = "io/finwait/tcp/internal/close/Lifecycle";
        assertFound(
                "input.SegmentArrives",
                "acknowledgment",
                code ->
                        inState(
                                code,
                                "LAST_ACK",
                                1,
                                then ->
                                        then.aload(0)
                                                .getfield(arrives, "lifecycle", lifecycle)
                                                .aload(1)
                                                .invokevirtual(
                                                        lifecycle,
                                                        "finAcknowledged",
                                                        "(L" + TCB + ";)V")
                                                .returnBoolean(false)));
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
                            Label healthy = new Label();
                            code.aload(0).constant(STATE, "FIN_WAIT_1");
                            code.jump(Opcodes.IF_ACMPNE, healthy);
                            code.aload(1).constant(TRIGGER, "FIN");
                            code.jump(Opcodes.IF_ACMPNE, healthy);
                            code.constant(STATE, "LAST_ACK").instruction(Opcodes.ARETURN);
                            code.label(healthy);
                        }));
    }

    @Test
    @Tag("thorough")
    void timeWaitThatDoesNotAnswerTheFinSentAgain() {
        assertFound("output.StatelessAnswers", "acknowledge", Code::returnVoid);
    }

    @Test
    void aFinDroppedBecauseItsAckFieldIsOld() {
        assertFound(
                "input.SegmentArrives",
                "acknowledgment",
                code -> {
                    Label healthy = new Label();
                    code.aload(2).invokevirtual(SEGMENT, "ack", "()I");
                    code.aload(1).getfield(TCB, "snd", SND).getfield(SND, "una", "I");
                    code.instruction(Opcodes.ISUB).jump(Opcodes.IFGE, healthy);
                    code.returnBoolean(false).label(healthy);
                });
    }

    @Test
    @Tag("thorough")
    void closingThatNeverSendsWhatIsUnsent() {
        assertFound(
                "CLOSING never sends what is unsent",
                explore(
                        "narrow",
                        INTERNAL + "output.SegmentOutput",
                        "pollText",
                        code -> inState(code, "CLOSING", 1, then -> then.returnBoolean(true))));
    }

    /** Not one of the history's eight: it shows that the search for leaks is not empty. */
    @Test
    void timeWaitThatNobodyAsks() {
        assertFound(
                "TimeWaits.take",
                explore(
                        "incarnations",
                        INTERNAL + "close.TimeWaits",
                        "take",
                        code -> code.constant(OUTCOME, "NOT_FOUND").instruction(Opcodes.ARETURN)));
    }

    /** {@code if (tcb.state == STATE) then}, the TCB being an argument. */
    private static void inState(Code code, String state, int argument, Consumer<Code> then) {
        Label healthy = new Label();
        code.aload(argument).getfield(TCB, "state", STATE);
        code.constant(STATE, state).jump(Opcodes.IF_ACMPNE, healthy);
        then.accept(code);
        code.label(healthy);
    }

    /** What was found with a bug. */
    private record Found(int states, String violation, int steps) {}

    private static void assertFound(String className, String method, Consumer<Code> bug) {
        assertFound(className + "." + method, explore("polite", INTERNAL + className, method, bug));
    }

    private static void assertFound(String what, Found found) {
        assertThat(found.violation()).as("%s: %s", what, found).isNotNull();
        System.out.printf(
                "planted in %s: %s, found after %d steps in %d states%n",
                what, found.violation(), found.steps(), found.states());
    }

    /**
     * Explores with the bug; what it finds crosses from the mutants' class loader as plain values.
     */
    private static Found explore(
            String search, String className, String method, Consumer<Code> bug) {
        MutantLoader loader = new MutantLoader(className, method, bug);
        try {
            // First, or a bug that is planted nowhere would let the search go through everything.
            loader.loadClass(className);
            assertThat(loader.isPlanted()).as("the bug is planted in %s", className).isTrue();
            Class<?> mutant = loader.loadClass(Exploration.class.getName());
            Method run = mutant.getDeclaredMethod("run", String.class);
            run.setAccessible(true);
            Object[] found = (Object[]) run.invoke(null, search);
            return new Found((int) found[0], (String) found[1], (int) found[2]);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("the mutant did not run", e);
        }
    }
}
