package io.finwait;

import org.junit.jupiter.api.extension.DynamicTestInvocationContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;

import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Runs every test on one thread beside JUnit's. A timeout interrupts JUnit's thread, which does
 * nothing but wait, so that it ends a test whatever that one does: an interrupt of the test itself
 * ends neither {@code join()} nor a loop. JUnit's own separate threads are no help here, since an
 * endpoint belongs to the thread that made it and each part of a test would get another one.
 */
public final class TestThread implements InvocationInterceptor {

    private static Thread thread;
    private static ExecutorService worker = newWorker();

    private static ExecutorService newWorker() {
        return Executors.newSingleThreadExecutor(
                task -> {
                    thread = new Thread(task, "test");
                    thread.setDaemon(true);
                    return thread;
                });
    }

    private record Outcome<T>(T value, Throwable failure) {}

    private static <T> T run(Invocation<T> invocation) throws Throwable {
        Future<Outcome<T>> running =
                worker.submit(
                        () -> {
                            try {
                                return new Outcome<>(invocation.proceed(), null);
                            } catch (Throwable e) {
                                return new Outcome<>(null, e);
                            }
                        });
        Outcome<T> outcome;
        try {
            outcome = running.get();
        } catch (InterruptedException e) {
            // The thread is left to what holds it, and others go on with a new one.
            Throwable place = new Throwable("this is where the test hangs");
            place.setStackTrace(thread.getStackTrace());
            e.addSuppressed(place);
            worker.shutdownNow();
            worker = newWorker();
            throw e;
        } catch (ExecutionException e) {
            throw new AssertionError(e);
        }
        if (outcome.failure != null) {
            throw outcome.failure;
        }
        return outcome.value;
    }

    @Override
    public <T> T interceptTestClassConstructor(
            Invocation<T> invocation,
            ReflectiveInvocationContext<Constructor<T>> which,
            ExtensionContext context)
            throws Throwable {
        return run(invocation);
    }

    @Override
    public void interceptBeforeAllMethod(
            Invocation<Void> invocation,
            ReflectiveInvocationContext<Method> which,
            ExtensionContext context)
            throws Throwable {
        run(invocation);
    }

    @Override
    public void interceptBeforeEachMethod(
            Invocation<Void> invocation,
            ReflectiveInvocationContext<Method> which,
            ExtensionContext context)
            throws Throwable {
        run(invocation);
    }

    @Override
    public void interceptTestMethod(
            Invocation<Void> invocation,
            ReflectiveInvocationContext<Method> which,
            ExtensionContext context)
            throws Throwable {
        run(invocation);
    }

    @Override
    public void interceptTestTemplateMethod(
            Invocation<Void> invocation,
            ReflectiveInvocationContext<Method> which,
            ExtensionContext context)
            throws Throwable {
        run(invocation);
    }

    @Override
    public void interceptAfterEachMethod(
            Invocation<Void> invocation,
            ReflectiveInvocationContext<Method> which,
            ExtensionContext context)
            throws Throwable {
        run(invocation);
    }

    @Override
    public void interceptAfterAllMethod(
            Invocation<Void> invocation,
            ReflectiveInvocationContext<Method> which,
            ExtensionContext context)
            throws Throwable {
        run(invocation);
    }

    @Override
    public <T> T interceptTestFactoryMethod(
            Invocation<T> invocation,
            ReflectiveInvocationContext<Method> which,
            ExtensionContext context)
            throws Throwable {
        return run(invocation);
    }

    @Override
    public void interceptDynamicTest(
            Invocation<Void> invocation,
            DynamicTestInvocationContext which,
            ExtensionContext context)
            throws Throwable {
        run(invocation);
    }
}
