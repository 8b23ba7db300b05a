package io.finwait.benchmarks.system;

import io.finwait.driver.Driver;
import io.finwait.spi.Transports;
import io.finwait.tcp.EndpointConfig;

/**
 * Finwait's end of the system benchmark: the services of {@code services.h} over a transport, run by a
 * {@link Driver} as any program would: {@code java -cp benchmarks.jar
 * io.finwait.benchmarks.system.Server TRANSPORT ADDRESS}.
 */
public final class Server {

    /** Much more than the way to the kernel holds, and small enough to stay in the cache. */
    private static final int BUFFER = 1 << 20;

    private Server() {}

    /** Serves until the process is ended. */
    public static void main(String[] arguments) {
        EndpointConfig config =
                EndpointConfig.at(arguments[1])
                        .nagle(false)
                        .sendBufferOctets(BUFFER)
                        .receiveBufferOctets(BUFFER)
                        .build();
        try (Driver driver = Driver.start(config, Transports.open(arguments[0]))) {
            driver.call(
                            endpoint -> {
                                for (Service service : Service.values()) {
                                    Serving.listen(endpoint, service);
                                }
                                return null;
                            })
                    .join();
            System.out.println("ready");
            driver.stopped().join();
        }
    }
}
