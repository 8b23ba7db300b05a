package io.finwait.examples.program;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import javax.tools.ToolProvider;

/** A program in one file of {@code examples/programs}, run within this JVM, and what it says. */
final class Program {

    /** What threads of a program print; those they start say it there as well. */
    private static final InheritableThreadLocal<ByteArrayOutputStream> SAID =
            new InheritableThreadLocal<>();

    private static final Path FOLDER = Path.of("programs");

    private final String name;
    private final String source;

    private Program(String name, String source) {
        this.name = name;
        this.source = source;
    }

    static Program read(String name) throws IOException {
        return new Program(name, Files.readString(FOLDER.resolve(name + ".java")));
    }

    /** The same with one line changed. */
    Program with(String line, String instead) {
        if (source.lines().filter(each -> each.strip().equals(line)).count() != 1) {
            throw new IllegalArgumentException(name + " needs the line: " + line);
        }
        return new Program(name, source.replace(line, instead));
    }

    boolean isServer() {
        return name.endsWith("Server");
    }

    /** A program that has been started. */
    record Running(Thread thread, ByteArrayOutputStream said) {

        List<String> lines() {
            return said.toString(StandardCharsets.UTF_8).lines().toList();
        }

        /** Whatever it waits for; it closes its sockets. */
        void end() throws InterruptedException {
            thread.interrupt();
            thread.join();
        }
    }

    Running start(Path folder) throws IOException, ReflectiveOperationException {
        Path file = Files.createDirectories(folder).resolve(name + ".java");
        Files.writeString(file, source);
        ByteArrayOutputStream errors = new ByteArrayOutputStream();
        int failed =
                ToolProvider.getSystemJavaCompiler()
                        .run(null, null, errors, "-proc:none", "-nowarn", file.toString());
        if (failed != 0) {
            throw new IllegalArgumentException(errors.toString(StandardCharsets.UTF_8));
        }
        Class<?> main = Class.forName(name, true, loader(folder));
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        Thread thread =
                Thread.ofVirtual()
                        .unstarted(
                                () -> {
                                    SAID.set(said);
                                    run(main);
                                });
        thread.start();
        return new Running(thread, said);
    }

    private static ClassLoader loader(Path folder) throws MalformedURLException {
        URL[] here = {folder.toUri().toURL()};
        return new URLClassLoader(here, Program.class.getClassLoader());
    }

    private static void run(Class<?> main) {
        try {
            main.getMethod("main", String[].class).invoke(null, (Object) new String[0]);
        } catch (InvocationTargetException e) {
            if (!Thread.currentThread().isInterrupted()) {
                System.out.println(e.getCause());
            }
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(e.getMessage(), e);
        }
    }

    /** Stands for {@code System.out}: each program hears itself, all others the one before. */
    static PrintStream ears(PrintStream others) {
        return new PrintStream(
                new OutputStream() {
                    @Override
                    public void write(int octet) {
                        ByteArrayOutputStream said = SAID.get();
                        if (said == null) {
                            others.write(octet);
                        } else {
                            said.write(octet);
                        }
                    }
                },
                true,
                StandardCharsets.UTF_8);
    }
}
