package io.finwait.nio.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.finwait.driver.AsyncConnection;
import io.finwait.driver.AsyncListener;
import io.finwait.nio.internal.LightThreads;
import io.finwait.nio.socket.TwoDrivers.Link;
import io.finwait.socket.DriverSocketFactory;
import io.finwait.trace.Netstat;

import org.h2.tools.Server;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A JDBC driver of the world outside whose octets go through our TCP: it has no socket factory, so
 * that it is joined to a socket of ours at one end, as the database is at the other.
 */
@Timeout(60)
@ParameterizedClass
@EnumSource(Link.class)
class JdbcOverFinwaitTest {

    private static final int PATIENCE_S = 20;

    /** A query without an end. */
    private static final String ENDLESS =
            "with recursive n(i) as (select 1 union all select 1 from n) select sum(i) from n";

    private final TwoDrivers drivers;
    private final AtomicReference<AsyncConnection> atServer = new AtomicReference<>();
    private final AtomicReference<Socket> atClient = new AtomicReference<>();
    private Server database;
    private ServerSocket beforeClient;

    JdbcOverFinwaitTest(Link link) {
        drivers = link.open();
    }

    @BeforeEach
    void start() throws SQLException, IOException {
        database = Server.createTcpServer("-tcpPort", "0", "-ifNotExists").start();
        AsyncListener listener = drivers.server.listen(9092, 5).join();
        LightThreads.start("test", () -> accept(listener));
        beforeClient = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        LightThreads.start("test", this::tunnel);
    }

    @AfterEach
    void stop() throws IOException {
        beforeClient.close();
        drivers.close();
        database.stop();
    }

    /** From the JDBC driver to a socket of ours. */
    private void tunnel() {
        DriverSocketFactory factory = new DriverSocketFactory(drivers.client);
        try {
            while (true) {
                Socket kernel = beforeClient.accept();
                atClient.set(kernel);
                Socket ours = factory.createSocket(TwoDrivers.SERVER, 9092);
                LightThreads.start("test", () -> pump(kernel, ours));
                LightThreads.start("test", () -> pump(ours, kernel));
            }
        } catch (IOException e) {
            // The test is over.
        }
    }

    private static void pump(Socket from, Socket to) {
        try {
            from.getInputStream().transferTo(to.getOutputStream());
            to.shutdownOutput();
        } catch (IOException e) {
            reset(to);
        }
    }

    private static void reset(Socket socket) {
        try (socket) {
            socket.setSoLinger(true, 0);
        } catch (IOException e) {
            // It was gone before.
        }
    }

    /** From our TCP to the database. */
    private void accept(AsyncListener listener) {
        try {
            while (true) {
                AsyncConnection ours = listener.accept().join();
                atServer.set(ours);
                Socket kernel = new Socket(InetAddress.getLoopbackAddress(), database.getPort());
                LightThreads.start("test", () -> up(ours, kernel));
                LightThreads.start("test", () -> down(kernel, ours));
            }
        } catch (CompletionException | IOException e) {
            // The listener is closed: the test is over.
        }
    }

    private static void up(AsyncConnection from, Socket to) {
        ByteBuffer octets = ByteBuffer.allocate(8192);
        try (to) {
            while (from.read(octets.clear()).join() >= 0) {
                to.getOutputStream().write(octets.array(), 0, octets.position());
            }
        } catch (CompletionException | IOException e) {
            // One end has gone: closing tells the other.
        }
    }

    private static void down(Socket from, AsyncConnection to) {
        byte[] octets = new byte[8192];
        try {
            int length = from.getInputStream().read(octets);
            while (length >= 0) {
                to.write(ByteBuffer.wrap(octets, 0, length)).join();
                length = from.getInputStream().read(octets);
            }
            to.close().join();
        } catch (CompletionException | IOException e) {
            // One end has gone: closing tells the other.
        }
    }

    private Connection connect() throws SQLException {
        return connect("");
    }

    private Connection connect(String more) throws SQLException {
        return DriverManager.getConnection(
                "jdbc:h2:tcp://127.0.0.1:" + beforeClient.getLocalPort() + "/mem:test" + more);
    }

    private static int count(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows =
                        statement.executeQuery("select count(*) from system_range(1, 7)")) {
            rows.next();
            return rows.getInt(1);
        }
    }

    @Test
    void aDatabaseIsAsked() throws SQLException {
        try (Connection connection = connect()) {
            assertThat(count(connection)).isEqualTo(7);
        }
    }

    @Test
    void aServerThatAbortsBreaksTheConnectionAndANewOneWorks() throws SQLException {
        try (Connection connection = connect()) {
            assertThat(count(connection)).isEqualTo(7);
            atServer.get().abort().join();
            assertThatThrownBy(() -> count(connection))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("Connection is broken");
        }
        try (Connection next = connect()) {
            assertThat(count(next)).isEqualTo(7);
        }
    }

    /** What both ends have, for a failure. */
    private String connections() {
        return "client "
                + drivers.client.call(Netstat::rows).join()
                + ", server "
                + drivers.server.call(Netstat::rows).join();
    }

    private static int session(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("select session_id()")) {
            rows.next();
            return rows.getInt(1);
        }
    }

    /**
     * The connection is kept between two queries; the race is with a server that ends it. H2's
     * driver leaves the socket of a broken connection open. A query that comes behind the server's
     * FIN is answered by RST; one that was faster is read, and then only the client's end is left.
     */
    @Test
    void aServerThatClosesAnIdleConnectionIsNoticedByTheNextQuery() throws Exception {
        try (Connection connection = connect()) {
            int session = session(connection);
            assertThat(session(connection)).isEqualTo(session);
            CompletableFuture<?> closed = atServer.get().close();
            assertThatThrownBy(() -> session(connection))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("Connection is broken");
            atClient.get().close();
            assertThat(closed)
                    .as(() -> connections())
                    .succeedsWithin(Duration.ofSeconds(PATIENCE_S));
        }
        try (Connection next = connect()) {
            assertThat(count(next)).isEqualTo(7);
        }
    }

    private static CompletableFuture<Throwable> failing(Statement statement) {
        CompletableFuture<Throwable> thrown = new CompletableFuture<>();
        LightThreads.start(
                "query",
                () -> {
                    try {
                        statement.execute(ENDLESS);
                        thrown.complete(null);
                    } catch (SQLException e) {
                        thrown.complete(e);
                    }
                });
        return thrown;
    }

    private static void awaitQuery(Connection watching) throws SQLException {
        String running =
                "select count(*) from information_schema.sessions"
                        + " where executing_statement like '%union all%'"
                        + " and session_id <> session_id()";
        try (Statement statement = watching.createStatement()) {
            int seen = 0;
            while (seen == 0) {
                try (ResultSet rows = statement.executeQuery(running)) {
                    rows.next();
                    seen = rows.getInt(1);
                }
            }
        }
    }

    /** By the URL: H2's {@code setNetworkTimeout} does nothing. */
    @Test
    void aQueryThatTakesTooLongTimesOut() throws SQLException {
        try (Connection hasty = connect(";NETWORK_TIMEOUT=300");
                Statement statement = hasty.createStatement()) {
            assertThatThrownBy(() -> statement.execute(ENDLESS))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("Connection is broken");
        }
    }

    /** H2's {@code Connection.abort} does nothing; a second connection cancels, as its tools do. */
    @Test
    void cancellingFromAnotherThreadFreesWhoeverWaits() throws Exception {
        try (Connection connection = connect();
                Connection watching = connect();
                Statement statement = connection.createStatement()) {
            CompletableFuture<Throwable> thrown = failing(statement);
            awaitQuery(watching);
            connection.abort(Runnable::run);
            assertThat(thrown).as("after abort").isNotDone();
            statement.cancel();
            assertThat(thrown.get(PATIENCE_S, TimeUnit.SECONDS))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("canceled");
        }
    }
}
