package io.finwait.examples.custom;

import io.finwait.spi.Transport;
import io.finwait.spi.TransportProvider;
import io.finwait.spi.TransportUri;

import java.util.HashMap;
import java.util.Map;

/**
 * Opens {@code mine://NAME}: the first to open a name gets one end of a cable, the second the
 * other.
 */
public final class CableProvider implements TransportProvider {

    private static final Map<String, Cable> LOOSE_ENDS = new HashMap<>();

    /** For {@link java.util.ServiceLoader}. */
    public CableProvider() {}

    @Override
    public String scheme() {
        return "mine";
    }

    @Override
    public String usage() {
        return "mine://NAME    one end of a cable inside this JVM; who opens it next has the other";
    }

    @Override
    public Transport open(TransportUri uri) {
        uri.requireOnly();
        synchronized (LOOSE_ENDS) {
            Cable end = LOOSE_ENDS.remove(uri.target());
            if (end == null) {
                end = new Cable();
                LOOSE_ENDS.put(uri.target(), end.other);
            }
            return end;
        }
    }
}
