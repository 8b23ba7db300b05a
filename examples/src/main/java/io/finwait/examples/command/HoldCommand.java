package io.finwait.examples.command;

import io.finwait.examples.stage.Scene;
import io.finwait.examples.stage.Stage;
import io.finwait.examples.story.Hold;
import io.finwait.tcp.State;
import io.finwait.trace.Netstat;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;

/** {@code finwait hold}. */
@Command(
        name = "hold",
        description =
                "Brings one end of a connection into any of the eleven states and"
                        + " leaves it there. With a --transport other than sim it stays until a"
                        + " line of input, so that you can look at it from outside.")
final class HoldCommand implements Callable<Integer> {

    @Mixin private StageOptions options;

    @Parameters(paramLabel = "STATE", description = "Such as FIN_WAIT_2 or fin-wait-2.")
    private String name;

    @Override
    public Integer call() {
        Stage stage = options.stage();
        boolean real = stage.settings().inRealTime();
        new Hold(state(), scene -> wait(scene, real)).play(stage);
        return 0;
    }

    private State state() {
        String wanted = Netstat.state(name);
        return Arrays.stream(State.values())
                .filter(state -> state.name().equals(wanted))
                .findFirst()
                .orElseThrow(
                        () ->
                                options.wrong(
                                        "'"
                                                + name
                                                + "' is not a state; choose one of "
                                                + Arrays.toString(State.values())));
    }

    private static void wait(Scene scene, boolean real) {
        if (!real) {
            return;
        }
        scene.client().look().forEach(System.out::println);
        System.out.println();
        scene.server().look().forEach(System.out::println);
        if (!scene.place().isEmpty()) {
            System.out.println(
                    "\nHeld. Look from another terminal: ip netns exec "
                            + scene.place()
                            + " ss -tan");
        }
        System.out.println("\nPress Enter (or Ctrl-D) to end it.");
        System.out.flush();
        AtomicBoolean line = new AtomicBoolean();
        Thread.ofPlatform().daemon().start(() -> readLine(line));
        while (!line.get()) {
            scene.pass(Duration.ofMillis(100));
        }
    }

    private static void readLine(AtomicBoolean line) {
        try {
            int octet;
            do {
                octet = System.in.read();
            } while (octet >= 0 && octet != '\n');
        } catch (IOException e) {
            // No more input: as good as a line.
        }
        line.set(true);
    }
}
