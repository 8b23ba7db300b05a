package io.finwait.spi;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;

/** The providers of a service on the module path or class path. */
final class Providers {

    private static final Logger LOG = LoggerFactory.getLogger(Providers.class);

    private Providers() {}

    /**
     * Loads them. One that can't be loaded is named in the log and left out: it must not take the
     * others along.
     *
     * @param what a provider of this kind, as the log should call it
     */
    static <T> List<T> load(Class<T> service, String what) {
        List<T> loaded = new ArrayList<>();
        Iterator<T> each = ServiceLoader.load(service).iterator();
        while (true) {
            try {
                if (!each.hasNext()) {
                    return loaded;
                }
                loaded.add(each.next());
            } catch (ServiceConfigurationError | LinkageError e) {
                // ServiceLoader does not wrap a LinkageError, that of a class compiled for a newer
                // Java for instance.
                LOG.warn("{} could not be loaded and is left out: {}", what, e.toString());
            }
        }
    }
}
