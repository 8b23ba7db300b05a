package io.finwait.nio.socket.behaviour;

import static io.finwait.nio.socket.behaviour.Stage.arrived;
import static io.finwait.nio.socket.behaviour.Stage.reads;
import static io.finwait.nio.socket.behaviour.Stage.write;
import static io.finwait.nio.socket.behaviour.Stage.writesUntilItFails;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.nio.socket.TwoDrivers;
import io.finwait.nio.socket.behaviour.Stage.Pair;
import io.finwait.socket.DriverSelectorProvider;
import io.finwait.socket.DriverServerSocketFactory;
import io.finwait.socket.DriverSocketFactory;
import io.finwait.socket.SocketBehaviour;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Where systems differ: what a close does to the peer, and what a reset is told as. */
@Timeout(60)
class NamedBehavioursTest {

    private final List<Stage> stages = new ArrayList<>();

    private Pair pair(SocketBehaviour behaviour) throws IOException {
        TwoDrivers drivers = new TwoDrivers();
        Stage stage =
                new Stage(
                        new DriverSocketFactory(drivers.client, behaviour),
                        new DriverServerSocketFactory(drivers.server, behaviour),
                        "10.0.0.1",
                        TwoDrivers.SERVER,
                        new DriverSelectorProvider(drivers.client, behaviour),
                        new DriverSelectorProvider(drivers.server, behaviour),
                        drivers::close);
        stages.add(stage);
        return stage.pair();
    }

    @AfterEach
    void close() throws IOException {
        for (Stage each : stages) {
            each.close();
        }
    }

    @ParameterizedTest
    @EnumSource
    void closingWithNothingUnreadIsAFinAndThenABrokenPipe(SocketBehaviour behaviour)
            throws Exception {
        Pair pair = pair(behaviour);
        pair.server().close();
        assertThat(reads(pair.client())).isEqualTo("-1");
        assertThat(writesUntilItFails(pair.client())).isEqualTo("SocketException: Broken pipe");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                // FIN, then RST: the JDK shuts down before it closes.
                "JAVA_ON_LINUX | -1",
                // RST at once.
                "LINUX | SocketException: Connection reset by peer",
                // FIN; what was unread is forgotten.
                "BSD | -1"
            })
    void closingWithOctetsUnread(SocketBehaviour behaviour, String peerReads) throws Exception {
        Pair pair = pair(behaviour);
        write(pair.client(), "unread");
        arrived(pair.server(), 6);
        pair.server().close();
        assertThat(reads(pair.client())).isEqualTo(peerReads);
        assertThat(writesUntilItFails(pair.client())).isEqualTo("SocketException: Broken pipe");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "JAVA_ON_LINUX | SocketException: Connection reset",
                "LINUX | SocketException: Connection reset by peer",
                "BSD | SocketException: Connection reset by peer"
            })
    void closingWithLingerZeroIsAReset(SocketBehaviour behaviour, String peerReads)
            throws Exception {
        Pair pair = pair(behaviour);
        Reading.reset(pair.server());
        assertThat(reads(pair.client())).isEqualTo(peerReads);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"JAVA_ON_LINUX | SocketException: Connection reset", "LINUX | -1", "BSD | -1"})
    void theSecondReadAfterAReset(SocketBehaviour behaviour, String second) throws Exception {
        Pair pair = pair(behaviour);
        Reading.reset(pair.server());
        reads(pair.client());
        assertThat(reads(pair.client())).isEqualTo(second);
        assertThat(reads(pair.client())).isEqualTo(second);
    }

    /**
     * The story that begins with a write to a server that has given up: its end depends on the
     * system.
     */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "JAVA_ON_LINUX | -1",
                "LINUX | -1",
                "BSD | SocketException: Connection reset by peer"
            })
    void aResetBehindAFinThatNobodyHasRead(SocketBehaviour behaviour, String reads)
            throws Exception {
        Pair pair = pair(behaviour);
        pair.server().close();
        stages.get(0).settle();
        assertThat(writesUntilItFails(pair.client())).isEqualTo("SocketException: Broken pipe");
        assertThat(reads(pair.client())).isEqualTo(reads);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "JAVA_ON_LINUX | SocketException: Connection reset by peer | -1",
                "LINUX | SocketException: Connection reset by peer | -1",
                "BSD | SocketException: Broken pipe | SocketException: Connection reset by peer"
            })
    void aResetThatAWriterMeetsFirst(SocketBehaviour behaviour, String writes, String reads)
            throws Exception {
        Pair pair = pair(behaviour);
        Reading.reset(pair.server());
        assertThat(writesUntilItFails(pair.client())).isEqualTo(writes);
        assertThat(reads(pair.client())).isEqualTo(reads);
    }

    @Test
    void onlyLinuxReadsWhatCameBeforeTheInputWasShutDown() throws Exception {
        for (SocketBehaviour each : SocketBehaviour.values()) {
            Pair pair = pair(each);
            write(pair.server(), "x");
            arrived(pair.client(), 1);
            var in = pair.client().getInputStream();
            pair.client().shutdownInput();
            assertThat(in.read()).isEqualTo(each == SocketBehaviour.LINUX ? 'x' : -1);
            assertThat(in.read()).isEqualTo(-1);
        }
    }

    @Test
    void onBsdAPeerCanWriteForEverToAnInputThatIsShutDown() throws Exception {
        Pair pair = pair(SocketBehaviour.BSD);
        pair.client().shutdownInput();
        assertThat(Stage.fill(pair.server())).isEqualTo("done");
    }
}
