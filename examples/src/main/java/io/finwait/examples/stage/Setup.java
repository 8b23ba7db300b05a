package io.finwait.examples.stage;

import io.finwait.tcp.EndpointConfig;
import io.finwait.trace.End;

import java.util.function.UnaryOperator;

/** What is special about a scene, said before it begins. */
public final class Setup {

    private UnaryOperator<EndpointConfig.Builder> client = UnaryOperator.identity();
    private UnaryOperator<EndpointConfig.Builder> server = UnaryOperator.identity();
    private End kernel = End.B;
    private final int[] receiveBuffers = new int[2];
    private boolean absoluteNumbers;

    Setup() {}

    /** Changes the configuration of the client's TCP. */
    public Setup client(UnaryOperator<EndpointConfig.Builder> change) {
        client = change;
        return this;
    }

    /** Changes the configuration of the server's TCP. */
    public Setup server(UnaryOperator<EndpointConfig.Builder> change) {
        server = change;
        return this;
    }

    /** Where a host is the kernel, this one is. */
    public Setup kernelIs(End end) {
        kernel = end;
        return this;
    }

    /** Shows sequence numbers as they are in the packets. */
    public Setup absoluteNumbers() {
        absoluteNumbers = true;
        return this;
    }

    /** Gives an end room for so few octets that have not been read. */
    public Setup receiveBuffer(End end, int octets) {
        receiveBuffers[end.ordinal()] = octets;
        return this;
    }

    /** The room, or 0 for as much as usual. */
    int receiveBuffer(End end) {
        return receiveBuffers[end.ordinal()];
    }

    EndpointConfig.Builder apply(End end, EndpointConfig.Builder builder) {
        int octets = receiveBuffer(end);
        EndpointConfig.Builder roomy = octets > 0 ? builder.receiveBufferOctets(octets) : builder;
        return (end == End.A ? client : server).apply(roomy);
    }

    End kernel() {
        return kernel;
    }

    boolean showsAbsoluteNumbers() {
        return absoluteNumbers;
    }
}
