package io.finwait.trace;

import io.finwait.spi.Transport;
import io.finwait.spi.TransportProvider;
import io.finwait.spi.TransportUri;
import io.finwait.spi.Transports;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * Opens {@code tap:URI&pcap=FILE} ({@code tap:URI?pcap=FILE} where the URI has no parameters): the
 * transport of that URI, its packets written to a pcapng file, which ends when the transport is
 * closed. Times in the file are right where the transport is used with {@link System#nanoTime()}.
 */
public final class TapProvider implements TransportProvider {

    private static final Logger LOG = LoggerFactory.getLogger(TapProvider.class);
    private static final String FILE = "pcap";

    /** For {@link java.util.ServiceLoader}. */
    public TapProvider() {}

    @Override
    public String scheme() {
        return "tap";
    }

    @Override
    public String usage() {
        return "tap:URI&pcap=FILE    another transport, captured for Wireshark";
    }

    /** An interface has no colon in its name, so {@code tap:fw0} is a TAP device. */
    @Override
    public boolean isMeantBy(TransportUri uri) {
        return uri.target().indexOf(':') >= 0 || uri.parameters().containsKey(FILE);
    }

    @Override
    public Transport open(TransportUri uri) {
        String file = uri.parameter(FILE, "");
        if (file.isEmpty()) {
            throw new IllegalArgumentException(
                    "'"
                            + uri
                            + "' names no file; add &pcap=FILE (?pcap=FILE as the first"
                            + " parameter)");
        }
        String inside = uri.decorated(FILE);
        Transport below = Transports.open(inside);
        try {
            PcapngWriter writer = PcapngWriter.create(Path.of(file));
            PacketTap tap = new PcapngTap(writer, inside, epochOfZeroNs());
            return new TapTransport(below, tap, () -> close(writer, file));
        } catch (IOException e) {
            below.close();
            throw new UncheckedIOException(
                    "the capture can't be written to '" + file + "': " + reason(e), e);
        }
    }

    /** The JDK's messages hold the name of the file alone. */
    private static String reason(IOException e) {
        if (e instanceof NoSuchFileException) {
            return "there is no such folder";
        }
        return e instanceof AccessDeniedException ? "permission denied" : e.getMessage();
    }

    private static long epochOfZeroNs() {
        return ChronoUnit.NANOS.between(Instant.EPOCH, Instant.now()) - System.nanoTime();
    }

    private static void close(PcapngWriter writer, String file) {
        try {
            writer.close();
        } catch (IOException e) {
            LOG.warn("the capture '{}' is not whole: {}", file, e.toString());
        }
    }
}
