package io.finwait.sim.net;

import io.finwait.driver.AsyncConnection;
import io.finwait.driver.Grip;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** The connections of a host, and plans for those to come. Under the network's lock. */
final class Accepted {

    private final Map<Integer, List<Grip>> byPort = new HashMap<>();
    private final Map<String, List<Consumer<Grip>>> plans = new HashMap<>();
    private final List<Grip> all = new ArrayList<>();
    private boolean inputHeld;
    private boolean closesNext;

    void add(AsyncConnection connection) {
        Grip grip = Grip.on(connection);
        grip.holdInput(inputHeld);
        all.add(grip);
        if (closesNext && isAccepted(grip)) {
            closesNext = false;
            grip.outputLimit(0, grip::close);
        }
        List<Grip> here = byPort.computeIfAbsent(connection.localPort(), port -> new ArrayList<>());
        here.add(grip);
        plans.getOrDefault(key(connection.localPort(), here.size()), List.of())
                .forEach(each -> each.accept(grip));
    }

    /** Those that were accepted are closed by their program; without any, the next one. */
    void serverCloses() {
        List<Grip> servers = all.stream().filter(Accepted::isAccepted).toList();
        servers.forEach(Grip::close);
        closesNext = servers.isEmpty();
    }

    private static boolean isAccepted(Grip grip) {
        return grip.connection().wasAccepted();
    }

    private static String key(int port, int number) {
        return port + "/" + number;
    }

    int count(int port) {
        return byPort.getOrDefault(port, List.of()).size();
    }

    /** Null when it has not been accepted yet. */
    Grip find(int port, int number) {
        List<Grip> here = byPort.getOrDefault(port, List.of());
        return number <= here.size() ? here.get(number - 1) : null;
    }

    /** Now, or when it is accepted. */
    void plan(int port, int number, Consumer<Grip> action) {
        Grip there = find(port, number);
        if (there != null) {
            action.accept(there);
        } else {
            plans.computeIfAbsent(key(port, number), unused -> new ArrayList<>()).add(action);
        }
    }

    List<Grip> all() {
        return List.copyOf(all);
    }

    void holdInput(boolean hold) {
        inputHeld = hold;
        all.forEach(each -> each.holdInput(hold));
    }
}
