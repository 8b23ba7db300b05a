package io.finwait.benchmarks.system;

import io.finwait.driver.Driver;
import io.finwait.spi.Transports;
import io.finwait.tcp.EndpointConfig;

/**
 * Finwait's end of the system benchmark: the services of {@code services.h} over a transport, run
 * by a {@link Driver} as any program would: {@code java -cp benchmarks.jar
 * io.finwait.benchmarks.system.Server TRANSPORT ADDRESS [WARM_UP]}, where WARM_UP is the number of
 * connections with which the endpoint rehearses before it serves.
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
            if (arguments.length > 2) {
                warmUp(driver, Integer.parseInt(arguments[2]));
            }
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

    private static void warmUp(Driver driver, int connections) {
        long begun = System.nanoTime();
        driver.call(
                        endpoint -> {
                            endpoint.warmUp(connections);
                            return null;
                        })
                .join();
        long tookMs = (System.nanoTime() - begun) / 1_000_000;
        System.out.println("warmed up with " + connections + " connections in " + tookMs + " ms");
    }
}
