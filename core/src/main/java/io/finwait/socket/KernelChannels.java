package io.finwait.socket;

import java.lang.reflect.InvocationTargetException;
import java.nio.channels.spi.SelectorProvider;

/** The channels that the JDK makes of the kernel's sockets and pipes. */
final class KernelChannels {

    private static final String JDKS_OWN = "sun.nio.ch.DefaultSelectorProvider";

    private volatile SelectorProvider found;

    /**
     * The JDK's own provider.
     *
     * @throws UnsupportedOperationException when ours is installed for the whole program and the
     *     JDK does not give access to its own
     */
    SelectorProvider provider() {
        SelectorProvider known = found;
        if (known == null) {
            SelectorProvider installed = SelectorProvider.provider();
            known = isFinwaits(installed) ? jdksOwn() : installed;
            found = known;
        }
        return known;
    }

    /** Ours, or one that asks ours. */
    private static boolean isFinwaits(SelectorProvider provider) {
        return provider.getClass().getPackageName().startsWith("io.finwait.");
    }

    static SelectorProvider jdksOwn() {
        try {
            return (SelectorProvider) Class.forName(JDKS_OWN).getMethod("get").invoke(null);
        } catch (ClassNotFoundException
                | NoSuchMethodException
                | IllegalAccessException
                | InvocationTargetException e) {
            throw new UnsupportedOperationException(
                    "the kernel's pipes, datagrams and Unix-domain sockets are out of reach while"
                            + " Finwait's channels are the whole program's; start it with"
                            + " --add-exports java.base/sun.nio.ch=ALL-UNNAMED",
                    e);
        }
    }
}
