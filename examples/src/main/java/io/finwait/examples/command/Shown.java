package io.finwait.examples.command;

import io.finwait.driver.Driver;
import io.finwait.nio.control.ControlSocket;

import java.io.IOException;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * What is shown to {@code finwait netstat} while a command runs; to look on is no reason to fail.
 */
final class Shown implements AutoCloseable {

    private final ControlSocket socket;

    private Shown(ControlSocket socket) {
        this.socket = socket;
    }

    static Shown as(String name, Driver driver) {
        return open(() -> ControlSocket.open(name, driver));
    }

    static Shown as(String name, Supplier<String> text) {
        return open(() -> ControlSocket.open(name, text));
    }

    static Shown as(String name, Supplier<String> text, UnaryOperator<String> commands) {
        return open(() -> ControlSocket.open(name, text, commands));
    }

    private interface Opening {
        ControlSocket open() throws IOException;
    }

    private static Shown open(Opening how) {
        try {
            return new Shown(how.open());
        } catch (IOException e) {
            System.err.println("finwait netstat cannot show this one: " + e.getMessage());
            return new Shown(null);
        }
    }

    @Override
    public void close() {
        if (socket != null) {
            socket.close();
        }
    }
}
