package io.finwait.nio.library;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.nio.ChildJvm;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.nio.file.Path;
import java.util.stream.Stream;

/** Lettuce, unmodified, and a real Redis; its channels are ours by options of the JVM. */
@Timeout(120)
class LettuceOverFinwaitTest {

    private static final String SAID =
            """
            gateway DriverServerSocketChannel
            get OK TIME_WAIT
            closed-while-idle PONG PONG
            reset SocketException: Connection reset
            closed-while-waiting RedisException: Connection disconnected
            abort RedisException: Connection closed
            timeout RedisCommandTimeoutException: Connection initialization timed out after 200 millisecond(s)
            refused ConnectException: Connection refused
            """;

    @TempDir private Path folder;

    @ParameterizedTest
    @EnumSource
    void aClientOfRedisRunsUnchanged(Below below) throws Exception {
        try (RedisServer redis = RedisServer.start(folder);
                ChildJvm program =
                        ChildJvm.start(
                                WholeProgramTest.options(below),
                                LettuceProgram.class,
                                String.valueOf(redis.port()))) {
            program.untilItEnds();
            Stream<String> words = SAID.lines().map(line -> line.split(" ", 2)[0]);
            assertThat(words.map(word -> (word + " " + program.said(word)).strip()))
                    .containsExactlyElementsOf(SAID.lines().toList());
        }
    }
}
