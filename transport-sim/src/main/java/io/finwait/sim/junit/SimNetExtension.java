package io.finwait.sim.junit;

import io.finwait.sim.net.NetHost;
import io.finwait.sim.net.SimNet;
import io.finwait.sim.net.Threads;
import io.finwait.sim.net.Time;

import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;

import java.lang.reflect.Method;
import java.lang.reflect.Parameter;

/** Makes the network of a test, looks at what the test has left behind, and tells of a red one. */
final class SimNetExtension
        implements ExecutionCondition, ParameterResolver, InvocationInterceptor, AfterEachCallback {

    private static final ExtensionContext.Namespace SPACE =
            ExtensionContext.Namespace.create(SimNetExtension.class);
    private static final String SEED = "finwait.simnet.seed";

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        Class<?> type = parameter.getParameter().getType();
        return type == SimNet.class || type == NetHost.class;
    }

    @Override
    public Object resolveParameter(ParameterContext context, ExtensionContext test) {
        if (test.getTestMethod().isEmpty()) {
            throw new ParameterResolutionException(
                    "each test has a network of its own: take SimNet and NetHost as parameters of"
                            + " the test or of @BeforeEach, not of a constructor or @BeforeAll");
        }
        SimNet net = net(test);
        Parameter parameter = context.getParameter();
        return parameter.getType() == SimNet.class ? net : net.host(name(parameter));
    }

    private static String name(Parameter parameter) {
        Named named = parameter.getAnnotation(Named.class);
        if (named != null) {
            return named.value();
        }
        if (!parameter.isNamePresent()) {
            throw new ParameterResolutionException(
                    "a host is named after its parameter, whose name is not in the class file;"
                            + " compile with -parameters or write @Named(\"shop\") NetHost shop");
        }
        return parameter.getName();
    }

    static SimNet net(ExtensionContext test) {
        SimNet known = test.getStore(SPACE).get(SimNet.class, SimNet.class);
        if (known != null) {
            return known;
        }
        SimTest settings = settings(test);
        long seed = settings == null ? 0 : settings.seed();
        SimNet made =
                SimNet.create(
                        seed == 0 ? Long.getLong(SEED, 1) : seed,
                        settings == null ? Threads.FREE : settings.threads(),
                        settings == null ? Time.VIRTUAL : settings.time());
        test.getStore(SPACE).put(SimNet.class, made);
        return made;
    }

    /** Where the JVM can't run threads in the way of a test, it is skipped, and says why. */
    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext test) {
        SimTest settings = test.getTestMethod().isEmpty() ? null : settings(test);
        if (settings != null && settings.threads() == Threads.SINGLE_CARRIER) {
            try {
                SimNet.create(1, settings.threads()).close();
            } catch (UnsupportedOperationException e) {
                return ConditionEvaluationResult.disabled(e.getMessage());
            }
        }
        return ConditionEvaluationResult.enabled("this JVM can run its threads");
    }

    /** The method's own, else that of the nearest class, else null. */
    private static SimTest settings(ExtensionContext test) {
        SimTest ofMethod = test.getRequiredTestMethod().getAnnotation(SimTest.class);
        Class<?> type = test.getRequiredTestClass();
        while (ofMethod == null && type != null) {
            ofMethod = type.getAnnotation(SimTest.class);
            type = type.getEnclosingClass();
        }
        return ofMethod;
    }

    @Override
    public void interceptTestMethod(
            Invocation<Void> invocation,
            ReflectiveInvocationContext<Method> method,
            ExtensionContext test)
            throws Throwable {
        runAndVerify(invocation, test);
    }

    @Override
    public void interceptTestTemplateMethod(
            Invocation<Void> invocation,
            ReflectiveInvocationContext<Method> method,
            ExtensionContext test)
            throws Throwable {
        runAndVerify(invocation, test);
    }

    private static void runAndVerify(Invocation<Void> invocation, ExtensionContext test)
            throws Throwable {
        try {
            invocation.proceed();
            SimNet net = test.getStore(SPACE).get(SimNet.class, SimNet.class);
            SimTest settings = settings(test);
            if (net != null && (settings == null || settings.verify())) {
                net.verify();
            }
        } catch (Throwable red) {
            tell(red, test);
            throw red;
        }
    }

    private static void tell(Throwable red, ExtensionContext test) {
        SimNet net = test.getStore(SPACE).get(SimNet.class, SimNet.class);
        if (net != null
                && !"org.opentest4j.TestAbortedException".equals(red.getClass().getName())) {
            new RedTest(net, test).explain(red);
        }
    }

    @Override
    public void afterEach(ExtensionContext test) {
        SimNet net = test.getStore(SPACE).remove(SimNet.class, SimNet.class);
        if (net != null) {
            net.close();
        }
    }
}
