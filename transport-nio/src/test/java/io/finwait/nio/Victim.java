package io.finwait.nio;

import io.finwait.driver.AsyncConnection;
import io.finwait.driver.Driver;
import io.finwait.spi.Transports;
import io.finwait.tcp.EndpointConfig;
import io.finwait.wire.IpAddress;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;

/** A process that does with its connection what it is told to, a line each, until it is killed. */
public final class Victim {

    private Victim() {}

    /** Arguments: transport URI, own address, the other's address. */
    public static void main(String[] args) throws Exception {
        IpAddress other = IpAddress.parse(args[2]);
        Driver driver = Driver.start(EndpointConfig.at(args[1]).build(), Transports.open(args[0]));
        System.out.println("ready");
        CompletableFuture<AsyncConnection> connection = new CompletableFuture<>();
        BufferedReader orders =
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        String order;
        while ((order = orders.readLine()) != null) {
            switch (order) {
                case "connect" -> connection = driver.connect(other, Mover.PORT);
                case "shut" -> {
                    CompletableFuture<?> unused = connection.join().shutdownOutput();
                }
                default -> throw new IllegalArgumentException(order);
            }
        }
    }
}
