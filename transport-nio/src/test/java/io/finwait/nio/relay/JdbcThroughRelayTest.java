package io.finwait.nio.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.h2.tools.Server;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** What a database's client makes of it. */
@Timeout(60)
class JdbcThroughRelayTest {

    private Server database;

    @BeforeEach
    void start() throws SQLException {
        database = Server.createTcpServer("-tcpPort", "0", "-ifNotExists").start();
    }

    @AfterEach
    void stop() {
        database.stop();
    }

    private Relay relay(RelayFaults down) {
        return Relay.to(new InetSocketAddress(InetAddress.getLoopbackAddress(), database.getPort()))
                .down(down)
                .open();
    }

    private static Connection connect(Relay relay) throws SQLException {
        return DriverManager.getConnection(
                "jdbc:h2:tcp://127.0.0.1:" + relay.localAddress().getPort() + "/mem:test");
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
    void withoutFaultsItSeesNoDifference() throws SQLException {
        try (Relay relay = relay(RelayFaults.none());
                Connection connection = connect(relay)) {
            assertThat(count(connection)).isEqualTo(7);
        }
    }

    @Test
    void aResetBreaksTheConnectionAndANewOneWorks() throws SQLException {
        try (Relay relay = relay(RelayFaults.none().resetAfter(5_000))) {
            Connection connection = connect(relay);
            assertThatThrownBy(
                            () -> {
                                while (true) {
                                    count(connection);
                                }
                            })
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("Connection is broken");
            try (Connection next = connect(relay)) {
                assertThat(count(next)).isEqualTo(7);
            }
        }
    }
}
