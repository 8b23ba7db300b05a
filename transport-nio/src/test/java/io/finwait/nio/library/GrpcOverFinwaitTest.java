package io.finwait.nio.library;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finwait.nio.internal.LightThreads;
import io.finwait.nio.library.GrpcStage.Over;
import io.finwait.nio.socket.TwoDrivers;
import io.finwait.nio.socket.TwoDrivers.Link;
import io.finwait.socket.DriverServerSocketFactory;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** gRPC, unmodified, over Netty and over OkHttp's transport, with sockets of ours at both ends. */
@Timeout(60)
@ParameterizedClass
@EnumSource(Link.class)
class GrpcOverFinwaitTest {

    private static final int PATIENCE_S = 20;
    private static final int MUCH = 1_000_000;

    /** Types of frames, RFC 9113 section 6. */
    private static final int SETTINGS = 4;

    private static final int WINDOW_UPDATE = 8;

    private final Link link;
    private GrpcStage stage;

    GrpcOverFinwaitTest(Link link) {
        this.link = link;
    }

    @AfterEach
    void close() throws InterruptedException {
        stage.close();
    }

    private ManagedChannel channelTo(Over over) throws IOException {
        stage = new GrpcStage(link, over);
        stage.serve();
        return stage.channel();
    }

    private static String echo(ManagedChannel channel, String text) {
        CallOptions patient = CallOptions.DEFAULT.withDeadlineAfter(PATIENCE_S, TimeUnit.SECONDS);
        return ClientCalls.blockingUnaryCall(channel, GrpcStage.ECHO, patient, text);
    }

    /** How a call fails that is never answered. */
    private static CompletableFuture<Status> never(ManagedChannel channel) {
        CompletableFuture<Status> status = new CompletableFuture<>();
        LightThreads.start(
                "never",
                () -> {
                    try {
                        ClientCalls.blockingUnaryCall(
                                channel, GrpcStage.NEVER, CallOptions.DEFAULT, "");
                        status.complete(Status.OK);
                    } catch (StatusRuntimeException e) {
                        status.complete(e.getStatus());
                    }
                });
        return status;
    }

    @ParameterizedTest
    @EnumSource
    void callsShareAConnection(Over over) throws IOException {
        ManagedChannel channel = channelTo(over);
        String much = "x".repeat(MUCH);
        assertThat(echo(channel, "hello")).isEqualTo("hello");
        assertThat(echo(channel, much)).isEqualTo(much);
        assertThat(stage.connections).hasValue(1);
    }

    @ParameterizedTest
    @EnumSource
    void aStreamOfRequestsIsEndedAndAnswered(Over over) throws Exception {
        ManagedChannel channel = channelTo(over);
        CompletableFuture<String> answer = new CompletableFuture<>();
        StreamObserver<String> requests =
                ClientCalls.asyncClientStreamingCall(
                        channel.newCall(GrpcStage.LAST, CallOptions.DEFAULT),
                        new StreamObserver<>() {
                            @Override
                            public void onNext(String value) {
                                answer.complete(value);
                            }

                            @Override
                            public void onError(Throwable t) {
                                answer.completeExceptionally(t);
                            }

                            @Override
                            public void onCompleted() {
                                // The answer has come before.
                            }
                        });
        requests.onNext("first");
        requests.onNext("second");
        requests.onCompleted();
        assertThat(answer.get(PATIENCE_S, TimeUnit.SECONDS)).isEqualTo("second");
    }

    @ParameterizedTest
    @EnumSource
    void aServerThatGoesAwayBetweenTwoCallsIsConnectedToAgain(Over over) throws Exception {
        ManagedChannel channel = channelTo(over);
        assertThat(echo(channel, "one")).isEqualTo("one");
        Server gone = stage.serveAgain();
        assertThat(gone.awaitTermination(PATIENCE_S, TimeUnit.SECONDS)).isTrue();
        assertThat(echo(channel, "two")).isEqualTo("two");
        assertThat(stage.connections).hasValue(2);
    }

    /**
     * Reads all that a client says before it has heard of the server: the preface (RFC 9113 section
     * 3.4) and frames, the last of which is a WINDOW_UPDATE of Netty's, and SETTINGS of OkHttp's.
     * Who ends a connection earlier makes a write fail, of which Netty tells nobody.
     */
    private static void readGreeting(Over over, InputStream from) throws IOException {
        DataInputStream in = new DataInputStream(from);
        in.skipNBytes(24);
        int type;
        do {
            int length = in.readUnsignedShort() << 8 | in.readUnsignedByte();
            type = in.readUnsignedByte();
            in.skipNBytes(5 + length);
        } while (type != (over == Over.NETTY ? WINDOW_UPDATE : SETTINGS));
    }

    /** A server that ends the connection when the client has sent its greeting. */
    private Status endedBy(Over over, boolean reset) throws Exception {
        stage = new GrpcStage(link, over);
        try (ServerSocket listening =
                new DriverServerSocketFactory(stage.drivers.server)
                        .createServerSocket(
                                GrpcStage.PORT, 5, InetAddress.getByName(TwoDrivers.SERVER))) {
            CompletableFuture<Status> call = never(stage.channel());
            try (Socket accepted = listening.accept()) {
                readGreeting(over, accepted.getInputStream());
                accepted.setSoLinger(reset, 0);
            }
            return call.get(PATIENCE_S, TimeUnit.SECONDS);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aServerThatResetsIsConnectionReset(Over over) throws Exception {
        Status status = endedBy(over, true);
        assertThat(status.getCode()).isEqualTo(Status.Code.UNAVAILABLE);
        // OkHttp's transport has one sentence for all ends.
        assertThat(status.asException())
                .hasStackTraceContaining(
                        over == Over.NETTY ? "Connection reset" : "End of stream or IOException");
    }

    @ParameterizedTest
    @EnumSource
    void aServerThatClosesInTheMiddleMakesACallFail(Over over) throws Exception {
        Status status = endedBy(over, false);
        assertThat(status.getCode()).isEqualTo(Status.Code.UNAVAILABLE);
        assertThat(status.getDescription())
                .isEqualTo(
                        over == Over.NETTY
                                ? "Network closed for unknown reason"
                                : "End of stream or IOException");
    }

    @ParameterizedTest
    @EnumSource
    void aCallThatIsNotAnsweredTimesOutAndTheServerIsTold(Over over) throws Exception {
        ManagedChannel channel = channelTo(over);
        assertThat(echo(channel, "warm")).isEqualTo("warm");
        CallOptions soon = CallOptions.DEFAULT.withDeadlineAfter(100, TimeUnit.MILLISECONDS);
        assertThatThrownBy(() -> ClientCalls.blockingUnaryCall(channel, GrpcStage.NEVER, soon, ""))
                .hasMessageContaining("DEADLINE_EXCEEDED");
        assertThat(stage.cancelled.await(PATIENCE_S, TimeUnit.SECONDS)).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void shuttingAChannelDownFreesWhoeverWaits(Over over) throws Exception {
        ManagedChannel channel = channelTo(over);
        CompletableFuture<Status> call = never(channel);
        assertThat(stage.waiting.await(PATIENCE_S, TimeUnit.SECONDS)).isTrue();
        channel.shutdownNow();
        assertThat(call.get(PATIENCE_S, TimeUnit.SECONDS).getDescription())
                .isEqualTo("Channel shutdownNow invoked");
        assertThat(stage.cancelled.await(PATIENCE_S, TimeUnit.SECONDS)).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void nobodyListeningIsUnavailable(Over over) {
        stage = new GrpcStage(link, over);
        ManagedChannel channel = stage.channel();
        assertThatThrownBy(() -> echo(channel, "hello"))
                .isInstanceOf(StatusRuntimeException.class)
                .hasMessageContaining("UNAVAILABLE")
                .hasStackTraceContaining("Connection refused");
    }
}
