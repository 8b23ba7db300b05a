package io.finwait.sim.script;

import io.finwait.sim.script.Event.Code;
import io.finwait.sim.script.Event.Command;
import io.finwait.sim.script.Event.InState;
import io.finwait.sim.script.Event.Silence;
import io.finwait.sim.script.Event.SystemCall;
import io.finwait.sim.script.ScriptFailure.Difference;
import io.finwait.sim.script.StackUnderTest.PendingCall;
import io.finwait.sim.script.StackUnderTest.Returned;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/**
 * One run of a script. Time is virtual: it stands still while the stack has work, and jumps to what
 * is due next otherwise.
 */
final class ScriptRun {

    /**
     * How long to wait for a late packet, so that the report can say how late it came.
     */
    private static final long PATIENCE_NS = 2_000_000_000L;

    /** How long to wait for a packet at any time ("*"), or for a call that may block. */
    private static final long LONGEST_WAIT_NS = 24L * 3600 * 1_000_000_000L;

    private static final int MOST_CYCLES = 100_000;

    private final PacketScript script;
    private final ScriptOptions options;
    private final ScriptSettings settings;
    private final ScriptBinding binding = new ScriptBinding();
    private final ScriptTransport transport;
    private final ScriptSegmentWriter writer;
    private final IcmpWriter icmp;
    private final Shell shell;
    private final CodeRun code = new CodeRun();
    private final StackFactory stacks;
    private final SentSegments sent;
    private Event current;
    private StackUnderTest stack;
    private Blocked blocked;
    private long nowNs;

    /** Makes the stack when everything that is set before it is known. */
    interface StackFactory {
        StackUnderTest create(ScriptTransport transport, ScriptBinding binding, Shell shell);
    }

    /** A call that has not returned. */
    private record Blocked(Event event, SystemCall call, PendingCall pending, long dueNs) {}

    ScriptRun(
            PacketScript script,
            ScriptOptions options,
            ScriptSettings settings,
            StackFactory stacks) {
        this.script = script;
        this.options = options;
        this.settings = settings;
        this.stacks = stacks;
        current = script.events().get(0);
        ScriptWire wire = new ScriptWire(settings.local(), settings.remote());
        transport = new ScriptTransport(settings.mtu());
        sent = new SentSegments(transport, binding);
        writer = new ScriptSegmentWriter(wire, binding, settings.scaledEcho());
        icmp = new IcmpWriter(wire, binding);
        shell = new Shell(this::stack, () -> stack != null);
    }

    ScriptResult run() {
        if (script.everyBlockExcluded()) {
            return skipped("every #ifdef block is excluded: the script checks nothing");
        }
        try {
            for (Event event : script.events()) {
                current = event;
                Unsupported.check(event);
            }
            current = script.events().get(0);
            shell.prepare(script);
            for (Event event : script.events()) {
                current = event;
                perform(event);
            }
            awaitBlocked();
            end();
            return new ScriptResult(script.name(), ScriptResult.Outcome.PASSED, 0, "", "", nowNs);
        } catch (UnsupportedScriptException e) {
            return skipped(e.getMessage());
        } catch (ScriptFailure e) {
            return failed(e);
        } catch (RuntimeException | AssertionError e) {
            StackTraceElement[] frames = e.getStackTrace();
            String where = frames.length == 0 ? "" : " at " + frames[0];
            return failed(new ScriptFailure("the endpoint threw " + e + where));
        }
    }

    private ScriptResult failed(ScriptFailure failure) {
        sent.noteTheRest();
        return new ScriptResult(
                script.name(),
                ScriptResult.Outcome.FAILED,
                current.line(),
                ScriptReport.reason(failure),
                ScriptReport.of(script, current, failure, sent.log()),
                nowNs);
    }

    private ScriptResult skipped(String reason) {
        return new ScriptResult(
                script.name(),
                ScriptResult.Outcome.SKIPPED,
                current.line(),
                reason,
                ScriptReport.skipped(script, current, reason),
                nowNs);
    }

    private StackUnderTest stack() {
        if (stack == null) {
            stack = stacks.create(transport, binding, shell);
        }
        return stack;
    }

    private void perform(Event event) {
        long base = nowNs;
        if (event.action() instanceof TcpPacket packet && packet.outbound()) {
            expect(event.when(), packet, base);
            return;
        }
        long due = event.when().fromNs() + (event.when().relative() ? base : 0);
        advanceTo(due);
        if (nowNs - due > settings.toleranceNs(due - base)) {
            throw new ScriptFailure(
                    "this event was due at %s s, but it is already %s s"
                            .formatted(Printer.seconds(due), Printer.seconds(nowNs)));
        }
        act(event, base);
    }

    private void act(Event event, long base) {
        Event.Action action = event.action();
        if (action instanceof TcpPacket packet) {
            inject(Printer.action(packet), writer.packet(packet));
        } else if (action instanceof IcmpPacket packet) {
            inject(Printer.action(packet), icmp.packet(packet));
        } else if (action instanceof SystemCall call) {
            call(event, call, base);
        } else if (action instanceof Command command) {
            shell.run(command.text());
        } else if (action instanceof Code piece) {
            settle();
            code.run(piece.text(), stack());
        } else if (action instanceof InState in) {
            inState(in.state());
        } else if (action instanceof Silence) {
            silence();
        } else {
            throw new AssertionError(action);
        }
    }

    private void inject(String text, ByteBuffer packet) {
        stack();
        sent.injected(nowNs, text);
        sent.dropOfEarlierSockets();
        transport.inject(packet);
        settle();
    }

    // Time.

    /** Runs the stack until it has nothing left to do at this time. */
    private void settle() {
        StackUnderTest running = stack;
        if (running == null) {
            return;
        }
        int cycles = 0;
        do {
            if (++cycles > MOST_CYCLES) {
                throw new ScriptFailure("the endpoint has work without end at one instant");
            }
            sent.collect();
            pollBlocked();
        } while (running.doWork(nowNs) != 0);
        sent.collect();
    }

    /** Lets virtual time pass; what falls due on the way is done at its time. */
    private void advanceTo(long targetNs) {
        settle();
        while (nowNs < targetNs) {
            step(targetNs);
        }
    }

    /** To the next deadline, or to the limit when that comes first. */
    private void step(long limitNs) {
        long next = stack == null ? Long.MAX_VALUE : stack.nextDeadlineNs();
        if (next <= nowNs) {
            throw new ScriptFailure(
                    "the endpoint names a deadline that has passed, and does nothing about it");
        }
        if (next - limitNs <= 0) {
            nowNs = next;
            settle();
        } else {
            // Nothing is due, so the stack is not run.
            nowNs = limitNs;
            pollBlocked();
        }
    }

    // Expected segments.

    private void expect(When when, TcpPacket expected, long base) {
        long offset = when.relative() ? base : 0;
        long from = when.fromNs() + offset;
        long to = when.toNs() + offset;
        long tolerance = settings.toleranceNs(to - base);
        Observed came =
                next(when.any() ? base + LONGEST_WAIT_NS : to + tolerance + PATIENCE_NS)
                        .orElseThrow(() -> nothingCame(when, from, to));
        if (!settings.strictSegments()) {
            came = sent.joined(came, expected.sequence().length());
        }
        List<Difference> differences =
                new SegmentCheck(binding, settings.timestampValues(), settings.offload())
                        .compare(expected, came);
        if (!when.any() && (came.atNs() < from - tolerance || came.atNs() > to + tolerance)) {
            differences.add(new Difference("time", time(from, to), Printer.seconds(came.atNs())));
        }
        if (!differences.isEmpty()) {
            throw new ScriptFailure(
                    "expected %s%n    came %s"
                            .formatted(Printer.action(expected), came.describe(binding)),
                    differences);
        }
        sent.expected(came);
    }

    private Optional<Observed> next(long limitNs) {
        settle();
        while (sent.peek() == null && nowNs < limitNs) {
            step(limitNs);
        }
        return Optional.ofNullable(sent.poll());
    }

    private ScriptFailure nothingCame(When when, long from, long to) {
        return new ScriptFailure(
                when.any()
                        ? "nothing was sent, not until %s s".formatted(Printer.seconds(nowNs))
                        : "nothing was sent; expected at %s s, waited until %s s"
                                .formatted(time(from, to), Printer.seconds(nowNs)));
    }

    private static String time(long from, long to) {
        return from == to
                ? Printer.seconds(from)
                : Printer.seconds(from) + " to " + Printer.seconds(to);
    }

    private void silence() {
        Observed came = sent.peek();
        if (came != null) {
            throw new ScriptFailure(
                    "expected silence, but at %s s came %s"
                            .formatted(Printer.seconds(came.atNs()), came.describe(binding)));
        }
    }

    private void inState(String expected) {
        settle();
        String state = stack().state();
        if (!state.equals(expected)) {
            throw new ScriptFailure(
                    "expected state %s%n    came state %s".formatted(expected, state),
                    List.of(new Difference("state", expected, state)));
        }
    }

    private void end() {
        settle();
        if (options.strictEnd()) {
            silence();
        }
    }

    // Calls.

    private void call(Event event, SystemCall call, long base) {
        awaitBlocked();
        if (call.name().equals("socket")) {
            shell.newSocket();
        }
        long due =
                call.returnsAtNs().isPresent()
                        ? call.returnsAtNs().getAsLong() + (event.when().relative() ? base : 0)
                        : -1;
        // So that the endpoint knows what time it is.
        settle();
        PendingCall pending = stack().call(call);
        sent.dropOfEarlierSockets();
        Returned returned = pending.poll();
        if (returned == null) {
            settle();
            returned = pending.poll();
        }
        if (returned != null) {
            if (due >= 0 && due - nowNs > settings.toleranceNs(due - base)) {
                throw new ScriptFailure(
                        "%s returned at once, at %s s; expected at %s s"
                                .formatted(
                                        call.name(), Printer.seconds(nowNs), Printer.seconds(due)));
            }
            check(call, returned);
            settle();
            return;
        }
        blocked = new Blocked(event, call, pending, due);
        if (due < 0) {
            awaitBlocked();
        }
    }

    private void pollBlocked() {
        if (blocked == null) {
            return;
        }
        Returned returned = blocked.pending().poll();
        if (returned == null) {
            return;
        }
        Blocked done = blocked;
        Event meanwhile = current;
        blocked = null;
        current = done.event();
        check(done.call(), returned);
        long off = Math.abs(nowNs - done.dueNs());
        if (done.dueNs() >= 0 && off > settings.toleranceNs(0)) {
            throw new ScriptFailure(
                    "%s returned at %s s; expected at %s s"
                            .formatted(
                                    done.call().name(),
                                    Printer.seconds(nowNs),
                                    Printer.seconds(done.dueNs())));
        }
        current = meanwhile;
    }

    private void awaitBlocked() {
        if (blocked == null) {
            return;
        }
        Blocked waiting = blocked;
        long limit = waiting.dueNs() < 0 ? nowNs + LONGEST_WAIT_NS : waiting.dueNs() + PATIENCE_NS;
        settle();
        while (blocked != null && nowNs < limit) {
            step(limit);
        }
        if (blocked != null) {
            current = waiting.event();
            throw new ScriptFailure(
                    "%s has not returned by %s s"
                            .formatted(waiting.call().name(), Printer.seconds(nowNs)));
        }
    }

    private static void check(SystemCall call, Returned returned) {
        String wantedErrno = Errno.canonical(call.errno());
        boolean same = isSame(call, returned);
        boolean sameError = wantedErrno.isEmpty() || wantedErrno.equals(returned.errno());
        if (!same || !sameError) {
            String expected = Printer.expression(call.result());
            String wanted = call.errno().isEmpty() ? expected : expected + " " + call.errno();
            throw new ScriptFailure(
                    "expected %s to return %s%n    came %s"
                            .formatted(call.name(), wanted, returned.describe()),
                    List.of(new Difference("result", wanted, returned.describe())));
        }
    }

    private static boolean isSame(SystemCall call, Returned returned) {
        if (call.result() instanceof Expression.Anything) {
            return true;
        }
        if (call.result() instanceof Expression.Int number) {
            boolean newDescriptor = Calls.RETURN_A_DESCRIPTOR.contains(call.name());
            return (newDescriptor && number.value() >= 0)
                    ? returned.value() >= 0
                    : number.value() == returned.value();
        }
        throw new UnsupportedScriptException("the result " + Printer.expression(call.result()));
    }
}
