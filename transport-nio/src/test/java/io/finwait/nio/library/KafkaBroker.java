package io.finwait.nio.library;

import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;

import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.Feature;
import org.apache.kafka.server.common.MetadataVersion;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import java.util.TreeSet;

/** A broker that is its own controller, for clients that reach it at another port. */
final class KafkaBroker {

    private static final int ID = 1;
    private static final int CONTROLLER_PORT = 9093;

    private KafkaBroker() {}

    /**
     * Starts one that runs until the program ends.
     *
     * @param port where it listens on the loopback's address
     * @param clientsPort where it tells clients to find it
     */
    static void start(Path folder, int port, int clientsPort) throws Exception {
        new Formatter()
                .setNodeId(ID)
                .setClusterId(Uuid.randomUuid().toString())
                .setDirectories(new TreeSet<>(List.of(folder.toString())))
                .setMetadataLogDirectory(folder.toString())
                .setControllerListenerName("CONTROLLER")
                .setSupportedFeatures(Feature.PRODUCTION_FEATURES)
                .setReleaseVersion(MetadataVersion.latestProduction())
                .setPrintStream(new PrintStream(OutputStream.nullOutputStream()))
                .run();
        new KafkaRaftServer(KafkaConfig.fromProps(config(folder, port, clientsPort)), Time.SYSTEM)
                .startup();
    }

    private static Properties config(Path folder, int port, int clientsPort) {
        Properties config = new Properties();
        config.put("process.roles", "broker,controller");
        config.put("node.id", String.valueOf(ID));
        config.put("controller.quorum.voters", ID + "@127.0.0.1:" + CONTROLLER_PORT);
        config.put(
                "listeners",
                "CLIENTS://127.0.0.1:" + port + ",CONTROLLER://127.0.0.1:" + CONTROLLER_PORT);
        config.put("advertised.listeners", "CLIENTS://127.0.0.1:" + clientsPort);
        config.put("controller.listener.names", "CONTROLLER");
        config.put("inter.broker.listener.name", "CLIENTS");
        config.put("listener.security.protocol.map", "CLIENTS:PLAINTEXT,CONTROLLER:PLAINTEXT");
        config.put("log.dirs", folder.toString());
        config.put("offsets.topic.replication.factor", "1");
        config.put("offsets.topic.num.partitions", "1");
        config.put("group.initial.rebalance.delay.ms", "0");
        config.put("controller.quorum.election.timeout.ms", "100");
        return config;
    }
}
