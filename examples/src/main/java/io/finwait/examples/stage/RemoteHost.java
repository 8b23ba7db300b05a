package io.finwait.examples.stage;

import io.finwait.trace.End;
import io.finwait.trace.Netstat;
import io.finwait.trace.NetstatRow;
import io.finwait.wire.IpAddress;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;

/** A host whose TCP is ours and lives in another process. */
final class RemoteHost implements Host, AutoCloseable {

    private static final Duration PATIENCE = Duration.ofMinutes(10);

    private final WorldTime world;
    private final OtherJvm jvm;
    private final Diary diary;
    private final End end;
    private final IpAddress address;
    private final Queue<Message> answers = new ArrayDeque<>();
    private boolean ready;

    RemoteHost(WorldTime world, OtherJvm jvm, Diary diary, End end, IpAddress address) {
        this.world = world;
        this.jvm = jvm;
        this.diary = diary;
        this.end = end;
        this.address = address;
    }

    /** Takes in what the other process has told. */
    void hear() {
        for (Message next = jvm.take(); next != null; next = jvm.take()) {
            switch (next.word(0)) {
                case "ready" -> {
                    ready = true;
                    diary.note(world.nowNs(), end, "process " + next.word(1));
                }
                case "answer" -> answers.add(next);
                case "begins" -> diary.begins(next.longNumber(1), end, next.word(2));
                case "state" -> diary.state(next.longNumber(1), end, next.word(2));
                case "note" -> diary.note(next.longNumber(1), end, next.word(2));
                default -> throw new IllegalStateException("not understood: " + next.word(0));
            }
        }
    }

    void awaitReady() {
        world.passUntil(() -> ready || jvm.hasEnded(), PATIENCE);
        if (!ready) {
            throw new IllegalStateException("the other process did not come up");
        }
    }

    /** Tells it to do something, and lets time pass until it is done. */
    Message ask(Object... order) {
        jvm.tell(Message.of(order));
        world.passUntil(() -> !answers.isEmpty() || jvm.hasEnded(), PATIENCE);
        Message answer = answers.poll();
        if (answer == null) {
            throw new IllegalStateException("the other process did not answer to " + order[0]);
        }
        List<String> words = answer.from(1);
        if (!words.isEmpty() && words.getFirst().equals(OtherProcess.FAILED)) {
            throw new IllegalStateException(answer.word(2));
        }
        return answer;
    }

    Outcome askOutcome(Object... order) {
        Message answer = ask(order);
        return new Outcome(Outcome.Kind.valueOf(answer.word(1)), answer.word(2));
    }

    @Override
    public End end() {
        return end;
    }

    @Override
    public IpAddress address() {
        return address;
    }

    @Override
    public boolean isKernel() {
        return false;
    }

    @Override
    public void listen(int port) {
        ask("listen", port);
    }

    @Override
    public Peer accept() {
        return peer(ask("accept"));
    }

    @Override
    public Peer startConnect(IpAddress to, int port, int fromPort) {
        return peer(ask("connect", to, port, fromPort));
    }

    private Peer peer(Message answer) {
        return answer.word(1).isEmpty()
                ? null
                : new RemotePeer(this, answer.number(1), answer.number(2));
    }

    @Override
    public Outcome finishConnect(Peer peer) {
        return askOutcome("finishConnect", ((RemotePeer) peer).number());
    }

    @Override
    public List<NetstatRow> netstat() {
        return ask("netstat").from(1).stream().map(OtherProcess::row).toList();
    }

    @Override
    public Switches switches() {
        return new RemoteSwitches();
    }

    @Override
    public String tool() {
        return "netstat";
    }

    @Override
    public List<String> look() {
        return Netstat.lines(netstat());
    }

    @Override
    public void close() {
        jvm.close();
        hear();
    }

    private final class RemoteSwitches implements Switches {
        @Override
        public void timeWait(boolean on) {
            ask("timeWait", on);
        }

        @Override
        public void acknowledgmentRange(boolean on) {
            ask("acknowledgmentRange", on);
        }

        @Override
        public void challengesSyn(boolean on) {
            ask("challengesSyn", on);
        }

        @Override
        public void initialSequence(int number) {
            ask("initialSequence", number);
        }
    }
}
