package io.finwait.benchmarks.system;

import io.finwait.driver.Driver;
import io.finwait.driver.DriverGroup;
import io.finwait.tcp.EndpointConfig;

/**
 * Finwait's end of the system benchmark: the services of {@code services.h} over a transport, run
 * by a {@link DriverGroup} as any program would: {@code java -Dqueues=1 -cp benchmarks.jar
 * io.finwait.benchmarks.system.Server TRANSPORT ADDRESS [WARM_UP]}, where WARM_UP is the number of
 * connections with which the endpoint rehearses before it serves. With {@code
 * -DlargestSendBuffer=OCTETS} send buffers grow: over a long path {@value #BUFFER} octets are less
 * than what fits on the way.
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
                        .largestSendBufferOctets(Integer.getInteger("largestSendBuffer", BUFFER))
                        .build();
        int queues = Integer.getInteger("queues", 1);
        try (DriverGroup group = DriverGroup.open(config, arguments[0], queues)) {
            if (arguments.length > 2) {
                warmUp(group.driver(0), Integer.parseInt(arguments[2]));
            }
            group.callAll(
                            endpoint -> {
                                for (Service service : Service.values()) {
                                    Serving.listen(endpoint, service);
                                }
                                return null;
                            })
                    .join();
            System.out.println("ready");
            group.stopped().join();
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
