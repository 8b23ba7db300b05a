package io.finwait.nio.library;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finwait.nio.internal.LightThreads;
import io.finwait.nio.socket.TwoDrivers;
import io.finwait.nio.socket.TwoDrivers.Link;
import io.finwait.socket.DriverSocketFactory;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import javax.net.SocketFactory;

/** PostgreSQL's JDBC driver, unmodified, and a real PostgreSQL behind a gateway. */
@Timeout(90)
@ParameterizedClass
@EnumSource(Link.class)
@Tag("ci")
class PostgresOverFinwaitTest {

    private static final int PORT = 5432;
    private static final int PATIENCE_S = 30;

    private static Path folder;
    private static Process postgres;
    private static int kernelsPort;

    private final TwoDrivers drivers;
    private Gateway gateway;

    PostgresOverFinwaitTest(Link link) {
        drivers = link.open();
    }

    /** What {@code socketFactory=} names: it is made anew for each connection. */
    public static final class Sockets extends SocketFactory {

        private static volatile SocketFactory behind;

        @Override
        public Socket createSocket() throws IOException {
            return behind.createSocket();
        }

        @Override
        public Socket createSocket(String host, int port) throws IOException {
            return behind.createSocket(host, port);
        }

        @Override
        public Socket createSocket(String host, int port, InetAddress from, int fromPort)
                throws IOException {
            return behind.createSocket(host, port, from, fromPort);
        }

        @Override
        public Socket createSocket(InetAddress host, int port) throws IOException {
            return behind.createSocket(host, port);
        }

        @Override
        public Socket createSocket(InetAddress host, int port, InetAddress from, int fromPort)
                throws IOException {
            return behind.createSocket(host, port, from, fromPort);
        }
    }

    @BeforeAll
    static void startPostgres() throws IOException, InterruptedException {
        Path initdb = Programs.find("initdb", "postgresql");
        Path program = Programs.find("postgres", "postgresql");
        folder = Files.createTempDirectory("finwait-postgres");
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
        Path log = folder.resolve("log");
        Path data = folder.resolve("data");
        String initialize = initdb + " -D " + data + " -A trust -U finwait --no-sync -E UTF8";
        Process initialized = Programs.start(log, notAsRoot(initialize));
        assertThat(initialized.waitFor(PATIENCE_S, TimeUnit.SECONDS)).isTrue();
        assertThat(initialized.exitValue()).as(Files.readString(log)).isZero();
        kernelsPort = Programs.freePort();
        String run =
                "exec "
                        + program
                        + " -F -D "
                        + data
                        + " -p "
                        + kernelsPort
                        + " -h 127.0.0.1 -k "
                        + data;
        postgres = Programs.start(log, notAsRoot(run));
        Programs.awaitPort(kernelsPort, postgres, log);
    }

    /** PostgreSQL refuses to be run by root. */
    private static List<String> notAsRoot(String command) throws IOException {
        List<String> words = new ArrayList<>();
        if (System.getProperty("user.name").equals("root")) {
            words.add(Programs.find("setpriv", "util-linux").toString());
            words.addAll(List.of("--reuid=postgres", "--regid=postgres", "--clear-groups"));
        }
        words.addAll(List.of("sh", "-c", command));
        return words;
    }

    @AfterAll
    static void stopPostgres() throws IOException, InterruptedException {
        if (postgres != null) {
            // SIGTERM would wait for queries that sleep; SIGINT ends them.
            new ProcessBuilder("sh", "-c", "kill -INT " + postgres.pid()).start().waitFor();
            assertThat(postgres.waitFor(PATIENCE_S, TimeUnit.SECONDS)).isTrue();
        }
        if (folder != null) {
            try (Stream<Path> files = Files.walk(folder)) {
                files.sorted(Comparator.reverseOrder()).forEach(each -> each.toFile().delete());
            }
        }
    }

    @BeforeEach
    void open() throws IOException {
        Sockets.behind = new DriverSocketFactory(drivers.client);
        gateway = new Gateway(drivers.server, PORT, kernelsPort);
    }

    @AfterEach
    void close() throws IOException {
        gateway.close();
        drivers.close();
    }

    private static Connection connect(String more) throws SQLException {
        return DriverManager.getConnection(
                "jdbc:postgresql://"
                        + TwoDrivers.SERVER
                        + ":"
                        + PORT
                        + "/postgres?user=finwait&sslmode=disable&gssEncMode=disable&socketFactory="
                        + Sockets.class.getName()
                        + more);
    }

    /** What a query fails with. */
    private static CompletableFuture<Throwable> failing(Statement statement, String query) {
        CompletableFuture<Throwable> thrown = new CompletableFuture<>();
        LightThreads.start(
                "query",
                () -> {
                    try {
                        statement.execute(query);
                        thrown.complete(null);
                    } catch (SQLException e) {
                        thrown.complete(e);
                    }
                });
        return thrown;
    }

    private static void awaitSleeper(Connection watching) throws SQLException {
        String count = "select count(*) from pg_stat_activity where wait_event = 'PgSleep'";
        try (Statement statement = watching.createStatement()) {
            long sleeping = 0;
            while (sleeping == 0) {
                try (ResultSet result = statement.executeQuery(count)) {
                    result.next();
                    sleeping = result.getLong(1);
                }
            }
        }
    }

    @Test
    void queriesAreAnswered() throws SQLException {
        try (Connection connection = connect("");
                Statement statement = connection.createStatement();
                ResultSet result =
                        statement.executeQuery("select sum(n) from generate_series(1, 100000) n")) {
            assertThat(result.next()).isTrue();
            assertThat(result.getLong(1)).isEqualTo(5_000_050_000L);
            assertThat(connection.isValid(PATIENCE_S)).isTrue();
        }
    }

    private static int backend(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery("select pg_backend_pid()")) {
            result.next();
            return result.getInt(1);
        }
    }

    /** A connection is kept from one query to the next; the race is with a server that ends it. */
    @Test
    void aServerThatEndsAnIdleConnectionIsToldAtTheNextQuery() throws Exception {
        try (Connection connection = connect("&tcpKeepAlive=true");
                Connection watching = connect("")) {
            int backend = backend(connection);
            assertThat(backend(connection)).isEqualTo(backend);
            String end = "select pg_terminate_backend(" + backend + ", " + PATIENCE_S * 1000 + ")";
            try (Statement statement = watching.createStatement();
                    ResultSet result = statement.executeQuery(end)) {
                assertThat(result.next() && result.getBoolean(1)).isTrue();
            }
            assertThatThrownBy(() -> backend(connection))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("terminating connection due to administrator command");
            assertThat(connection.isValid(PATIENCE_S)).isFalse();
            assertThat(backend(watching)).isNotEqualTo(backend);
        }
    }

    @Test
    void aQueryThatTakesTooLongTimesOut() throws SQLException {
        try (Connection connection = connect("&socketTimeout=1");
                Statement statement = connection.createStatement()) {
            assertThatThrownBy(() -> statement.execute("select pg_sleep(60)"))
                    .isInstanceOf(SQLException.class)
                    .hasStackTraceContaining("Read timed out");
        }
    }

    /** By a second connection, as the protocol wants it. */
    @Test
    void aQueryIsCancelled() throws Exception {
        try (Connection connection = connect("");
                Connection watching = connect("");
                Statement statement = connection.createStatement()) {
            CompletableFuture<Throwable> thrown = failing(statement, "select pg_sleep(60)");
            awaitSleeper(watching);
            statement.cancel();
            assertThat(thrown.get(PATIENCE_S, TimeUnit.SECONDS))
                    .hasMessageContaining("canceling statement due to user request");
        }
    }

    @Test
    void abortFromAnotherThreadFreesWhoeverWaits() throws Exception {
        try (Connection connection = connect("");
                Connection watching = connect("");
                Statement statement = connection.createStatement()) {
            CompletableFuture<Throwable> thrown = failing(statement, "select pg_sleep(3)");
            awaitSleeper(watching);
            connection.abort(Runnable::run);
            assertThat(thrown.get(PATIENCE_S, TimeUnit.SECONDS))
                    .isInstanceOf(SQLException.class)
                    .hasStackTraceContaining("Socket closed");
        }
    }

    @Test
    void aResetIsTold() throws Exception {
        Connection connection = connect("");
        Connection watching = connect("");
        try {
            Statement statement = connection.createStatement();
            CompletableFuture<Throwable> thrown = failing(statement, "select pg_sleep(3)");
            awaitSleeper(watching);
            gateway.resetClients();
            assertThat(thrown.get(PATIENCE_S, TimeUnit.SECONDS))
                    .isInstanceOf(SQLException.class)
                    .hasStackTraceContaining("Connection reset");
        } finally {
            // To close is to say good-bye, which fails where the reset has come by then.
            connection.abort(Runnable::run);
            watching.abort(Runnable::run);
        }
    }
}
