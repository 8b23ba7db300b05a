package io.finwait.sim.net;

import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.ObjLongConsumer;

/**
 * What Linux says of the threads of this process. The JVM tells of a thread that was unparked and
 * has not run since that it waits; the kernel knows better: it stands in the run queue.
 *
 * <p>Two looks in a row make a snapshot: whoever sleeps in both, and has not run between them, has
 * slept all the time. A thread that spins would hold the clock for ever, so it no longer counts
 * once it has had 250 ms of processor time without a rest. Wall time says nothing here: on a busy
 * machine a thread that was woken may wait for its turn for seconds.
 */
final class KernelTasks {

    private static final String TASKS = "/proc/self/task";
    private static final long SPINS_NS = 250_000_000;
    private static final byte[] STATE = "State:\t".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] SWITCHES =
            "voluntary_ctxt_switches:\t".getBytes(StandardCharsets.US_ASCII);

    /**
     * While it runs, threads that could go on may still sleep. Between two looks it may come and
     * go: older JDKs ask it for the stack of a thread.
     */
    private static final String VM_THREAD = "VM Thread";

    /** Other threads of the JVM that run no Java code, by the beginning of their names. */
    private static final String[] NOT_OURS = {
        Clockwork.NAME,
        "GC ",
        "G1 ",
        "Shenandoah",
        "ZWorker",
        "ZDriver",
        "ZDirector",
        "ZStat",
        "C1 ",
        "C2 ",
        "Sweeper",
        "VM Periodic",
        "Monitor Deflat",
        "Service Thread",
        "Signal Dispatch",
        "Reference Handl",
        "Finalizer",
        "Common-Cleaner",
        "Notification Th",
        "Attach Listener",
        "JFR "
    };

    private final File tasks = new File(TASKS);
    private final Map<String, Boolean> counts = new HashMap<>();

    /** What tasks had used up when they were found running, and how often they had slept. */
    private final Map<String, Run> restless = new HashMap<>();

    private record Run(long usedNs, long switches) {}

    private final Map<String, Long> usedBefore = new HashMap<>();

    /** Tasks that the last first look passed over because they spin, and their kernel's names. */
    private final Map<String, String> spinning = new HashMap<>();

    private final boolean timeIsKnown = new File("/proc/self/schedstat").exists();

    private String vmThread = "";
    private final byte[] text = new byte[4096];
    private long fingerprint;

    /** True on Linux. */
    boolean known() {
        return tasks.isDirectory();
    }

    /**
     * Nobody can run, nor has run since this was called.
     *
     * @param meanwhile asked between the two looks, when the first one has found nobody
     */
    boolean allSleep(BooleanSupplier meanwhile) {
        spinning.clear();
        if (!look(false)) {
            return false;
        }
        long before = fingerprint;
        return meanwhile.getAsBoolean() && look(true) && fingerprint == before;
    }

    /** From now on counts what the threads use. */
    void countTime() {
        usedBefore.clear();
        forEachUsed((id, used) -> usedBefore.put(id, used));
    }

    /**
     * Processor time of all threads together since {@link #countTime}, in nanoseconds; {@link
     * Long#MAX_VALUE} where the kernel does not count it.
     */
    long usedNs() {
        long[] sum = new long[1];
        forEachUsed((id, used) -> sum[0] += used - usedBefore.getOrDefault(id, 0L));
        return timeIsKnown ? sum[0] : Long.MAX_VALUE;
    }

    private void forEachUsed(ObjLongConsumer<String> consumer) {
        String[] ids = tasks.list();
        for (String id : ids == null ? new String[0] : ids) {
            long used = counts(id) ? used(id) : 0;
            // A thread that has ended meanwhile has used nothing.
            if (used > 0) {
                consumer.accept(id, used);
            }
        }
    }

    private boolean look(boolean again) {
        String[] ids = tasks.list();
        if (ids == null) {
            return true;
        }
        long sum = ids.length;
        for (String id : ids) {
            if (!counts(id)) {
                continue;
            }
            int length = read(id + "/status");
            int state = behind(STATE, length);
            if (state < 0) {
                // The thread has ended meanwhile.
                counts.remove(id);
                restless.remove(id);
                sum++;
                continue;
            }
            boolean canRun = text[state] == 'R' || text[state] == 'D';
            long switches = number(behind(SWITCHES, length), length);
            if (canRun) {
                // D waits for a page or a lock of the kernel's, and goes on by itself.
                if (again && spinning.containsKey(id)) {
                    // A safepoint has made it sleep for a moment: older JDKs take one for a stack.
                    restless.put(id, new Run(restless.get(id).usedNs, switches));
                } else if (spins(id, switches)) {
                    spinning.put(id, name(id));
                } else {
                    return false;
                }
                continue;
            }
            restless.remove(id);
            if (!id.equals(vmThread)) {
                sum = sum * 31 + switches;
            }
        }
        fingerprint = sum;
        return true;
    }

    private boolean counts(String id) {
        return counts.computeIfAbsent(id, this::belongsToUs);
    }

    /** Tells whether a task that runs has not come to rest for long, in time of a processor. */
    private boolean spins(String id, long switches) {
        // Without these statistics the clock of the wall must do.
        long used = timeIsKnown ? used(id) : System.nanoTime();
        Run first = restless.get(id);
        if (first == null || first.switches != switches) {
            restless.put(id, new Run(used, switches));
            return false;
        }
        return used - first.usedNs > SPINS_NS;
    }

    /** 0 for a thread that has ended. */
    private long used(String id) {
        return number(0, read(id + "/schedstat"));
    }

    /** Whether the last look passed over a thread of this name because it spins. */
    boolean passedOver(String name) {
        return !spinning.isEmpty() && spinning.containsValue(shortened(name));
    }

    /** The kernel keeps 15 octets. */
    private static String shortened(String name) {
        byte[] octets = name.getBytes(StandardCharsets.UTF_8);
        return new String(octets, 0, Math.min(octets.length, 15), StandardCharsets.UTF_8);
    }

    private String name(String id) {
        int length = read(id + "/comm");
        return new String(text, 0, Math.max(length, 0), StandardCharsets.UTF_8).replace("\n", "");
    }

    private Boolean belongsToUs(String id) {
        String name = name(id);
        if (name.startsWith(VM_THREAD)) {
            vmThread = id;
        }
        for (String each : NOT_OURS) {
            if (name.startsWith(each)) {
                return false;
            }
        }
        return true;
    }

    private int read(String file) {
        try (FileInputStream in = new FileInputStream(new File(tasks, file))) {
            return in.readNBytes(text, 0, text.length);
        } catch (IOException e) {
            return 0;
        }
    }

    /** The index behind a mark at the beginning of a line, or -1. */
    private int behind(byte[] mark, int length) {
        for (int at = 0; at + mark.length < length; at++) {
            boolean begins = at == 0 || text[at - 1] == '\n';
            if (begins
                    && java.util.Arrays.equals(text, at, at + mark.length, mark, 0, mark.length)) {
                return at + mark.length;
            }
        }
        return -1;
    }

    private long number(int at, int length) {
        long value = 0;
        for (int i = at; i >= 0 && i < length && text[i] >= '0' && text[i] <= '9'; i++) {
            value = value * 10 + text[i] - '0';
        }
        return value;
    }
}
