package io.finwait.raw;

import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;

/** A web server that knows nothing of us; options of its JVM say whose its channels are. */
public final class JettyProgram {

    static final String READY = "ready";

    private JettyProgram() {}

    /** Listens on the address and the port that it is told, until its input ends. */
    public static void main(String[] arguments) throws Exception {
        Server server = new Server();
        ServerConnector connector = new ServerConnector(server, 1, 1);
        connector.setHost(arguments[0]);
        connector.setPort(Integer.parseInt(arguments[1]));
        server.addConnector(connector);
        server.setHandler(
                new Handler.Abstract() {
                    @Override
                    public boolean handle(Request request, Response response, Callback callback) {
                        String peer = Request.getRemoteAddr(request);
                        String answer = peer + " " + Request.getRemotePort(request) + "\n";
                        Content.Sink.write(response, true, answer, callback);
                        return true;
                    }
                });
        server.start();
        System.out.println(READY);
        while (System.in.read() >= 0) {
            // Until the test is over.
        }
        System.exit(0);
    }
}
