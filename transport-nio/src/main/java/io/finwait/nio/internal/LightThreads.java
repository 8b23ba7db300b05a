package io.finwait.nio.internal;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Optional;
import java.util.concurrent.ThreadFactory;

/**
 * Daemon threads for work that mostly waits: virtual threads where the JVM has them (JEP 444, Java
 * 21), otherwise platform threads. This module is compiled for Java 17, so it calls the newer API
 * by reflection.
 */
public final class LightThreads {

    private static final Optional<ThreadFactory> VIRTUAL = findVirtual();

    private LightThreads() {}

    /** Makes virtual threads; empty before Java 21. */
    public static Optional<ThreadFactory> virtual() {
        return VIRTUAL;
    }

    /** A thread that has not begun. */
    public static Thread unstarted(String name, Runnable work) {
        Thread thread = VIRTUAL.orElse(Thread::new).newThread(work);
        if (!thread.isDaemon()) {
            thread.setDaemon(true);
        }
        thread.setName(name);
        return thread;
    }

    /** A thread that has begun. */
    public static Thread start(String name, Runnable work) {
        Thread thread = unstarted(name, work);
        thread.start();
        return thread;
    }

    private static Optional<ThreadFactory> findVirtual() {
        try {
            Object builder = Thread.class.getMethod("ofVirtual").invoke(null);
            Method factory = Class.forName("java.lang.Thread$Builder").getMethod("factory");
            return Optional.of((ThreadFactory) factory.invoke(builder));
        } catch (NoSuchMethodException | ClassNotFoundException | IllegalAccessException e) {
            return Optional.empty();
        } catch (InvocationTargetException e) {
            // Java 19 and 20 have them as a preview, which is refused unless asked for.
            return Optional.empty();
        }
    }
}
