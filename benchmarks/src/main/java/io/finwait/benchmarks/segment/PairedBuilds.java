package io.finwait.benchmarks.segment;

import org.openjdk.jmh.annotations.Setup;

import java.io.File;
import java.io.IOException;
import java.lang.annotation.Annotation;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Compares the CPU time of one benchmark in several builds, each in a class loader of its own, by
 * turns of some milliseconds in one JVM: what else the machine does meanwhile slows all of them
 * alike. Two JVMs still differ by some percent, since the compiler decides anew, so run it several
 * times. Each build is a benchmarks.jar, or a class path. Prints nanoseconds an operation of 64 in
 * a call, and the median of the ratios of neighbouring turns to the first build.
 *
 * <p>{@code PairedBuilds ConnectionLife.connections timeWait=100000 2500 150 old.jar new.jar} warms
 * up by 2,500 calls and takes 150 turns. The fields of the benchmark are set as {@code a=1,b=2}
 * tells.
 */
public final class PairedBuilds {

    private static final int CALLS = 40;
    private static final double OPERATIONS = 64.0 * CALLS;

    private PairedBuilds() {}

    public static void main(String[] args) throws Throwable {
        int warmUp = Integer.parseInt(args[2]);
        int turns = Integer.parseInt(args[3]);
        List<String> paths = List.of(args).subList(4, args.length);
        List<MethodHandle> builds = new ArrayList<>();
        for (String path : paths) {
            builds.add(benchmark(path, args[0], args[1]));
        }
        for (int i = 0; i < warmUp; i += CALLS) {
            for (MethodHandle build : builds) {
                cpuNs(build);
            }
        }
        double[][] ns = new double[builds.size()][turns];
        for (int turn = 0; turn < turns; turn++) {
            for (int i = 0; i < ns.length; i++) {
                int build = turn % 2 == 0 ? i : ns.length - 1 - i;
                ns[build][turn] = cpuNs(builds.get(build)) / OPERATIONS;
            }
        }
        for (int i = 0; i < ns.length; i++) {
            double[] ratios = new double[turns];
            for (int turn = 0; turn < turns; turn++) {
                ratios[turn] = ns[i][turn] / ns[0][turn];
            }
            Arrays.sort(ratios);
            double[] sorted = ns[i].clone();
            Arrays.sort(sorted);
            System.out.printf(
                    "build %d: %.1f ns at best, %.1f in the middle, ratio %.3f%n",
                    i + 1, sorted[0], sorted[turns / 2], ratios[turns / 2]);
        }
    }

    /** Loads a benchmark from a build, sets its fields, and sets it up. */
    private static MethodHandle benchmark(String path, String name, String fields)
            throws Throwable {
        int dot = name.indexOf('.');
        Class<?> type =
                Class.forName(
                        PairedBuilds.class.getPackageName() + "." + name.substring(0, dot),
                        true,
                        loader(path));
        Object benchmark = type.getConstructor().newInstance();
        for (String each : fields.split(",", -1)) {
            String[] word = each.split("=", 2);
            Field field = type.getField(word[0]);
            if (field.getType() == boolean.class) {
                field.setBoolean(benchmark, Boolean.parseBoolean(word[1]));
            } else {
                field.setInt(benchmark, Integer.parseInt(word[1]));
            }
        }
        for (Method method : type.getMethods()) {
            for (Annotation annotation : method.getAnnotations()) {
                // The build has its own JMH, and so its own class of the annotation.
                if (annotation.annotationType().getName().equals(Setup.class.getName())) {
                    method.invoke(benchmark);
                }
            }
        }
        return MethodHandles.publicLookup()
                .unreflect(type.getMethod(name.substring(dot + 1)))
                .bindTo(benchmark);
    }

    /** Stays open: a build loads classes as long as it runs. */
    private static ClassLoader loader(String path) throws IOException {
        List<URL> urls = new ArrayList<>();
        for (String each : path.split(File.pathSeparator, -1)) {
            urls.add(new File(each).toURI().toURL());
        }
        return new URLClassLoader(urls.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
    }

    private static long cpuNs(MethodHandle build) throws Throwable {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadCpuTime();
        for (int i = 0; i < CALLS; i++) {
            Object _ = build.invoke();
        }
        return threads.getCurrentThreadCpuTime() - before;
    }
}
