import java.io.IOException;
import java.net.Socket;

import javax.net.SocketFactory;

/** Connects, closes at once and goes on with its life: java ClosingClient.java. */
public class ClosingClient {

    static final SocketFactory NET = SocketFactory.getDefault();
    static final int PORT = 12_345;
    static final int SECOND_MS = 1_000;

    public static void main(String[] arguments) throws InterruptedException {
        try (Socket socket = NET.createSocket("localhost", PORT)) {
            System.out.println("client: connected " + socket.isConnected());
        } catch (IOException e) {
            System.out.println("client: " + e.getMessage());
        }
        System.out.println("client: closed");
        Thread.sleep(40 * SECOND_MS);
    }
}
