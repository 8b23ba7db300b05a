package io.finwait.sim;

import io.finwait.spi.Transport;
import io.finwait.spi.TransportProvider;
import io.finwait.spi.TransportUri;
import io.finwait.spi.Transports;

/**
 * Opens {@code faults:URI&loss=5%&delay=10ms}: the transport of that URI, its traffic impaired
 * ({@link FaultTransport}). The parameters are those of {@link SimTransportProvider} for a link,
 * {@code seed}, and {@code way}: {@code out} impairs what is sent only, {@code in} what is received
 * only, {@code both} is the default.
 */
public final class FaultProvider implements TransportProvider {

    /** For {@link java.util.ServiceLoader}. */
    public FaultProvider() {}

    @Override
    public String scheme() {
        return "faults";
    }

    @Override
    public String usage() {
        return "faults:URI&loss=5%&delay=10ms&way=out    another transport with injected faults";
    }

    @Override
    public Transport open(TransportUri uri) {
        LinkModel bad = LinkParameters.model(uri);
        Long seed = LinkParameters.seed(uri);
        String way = uri.parameter("way", "both");
        if (!way.matches("out|in|both")) {
            throw new IllegalArgumentException(
                    "'way=" + way + "' in " + uri + " is unknown; write out, in or both");
        }
        Transport inner = Transports.open(uri.decorated(LinkParameters.and("seed", "way")));
        LinkModel good = LinkModel.perfect();
        return new FaultTransport(
                inner,
                way.equals("in") ? good : bad,
                way.equals("out") ? good : bad,
                seed == null ? 1 : seed);
    }
}
