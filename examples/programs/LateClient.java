import java.io.IOException;
import java.net.Socket;

import javax.net.SocketFactory;

/** Says something after seven seconds, when the server has closed: java LateClient.java. */
public class LateClient {

    static final SocketFactory NET = SocketFactory.getDefault();
    static final int PORT = 12_345;
    static final int SECOND_MS = 1_000;

    public static void main(String[] arguments) throws InterruptedException {
        byte[] buffer = new byte[1024];
        try (Socket socket = NET.createSocket("localhost", PORT)) {
            Thread.sleep(7 * SECOND_MS);
            socket.getOutputStream().write("Hello from client".getBytes());
            System.out.println("client write: done");
            Thread.sleep(SECOND_MS);
            int length = socket.getInputStream().read(buffer);
            System.out.println("client read: " + (length < 0 ? "end of stream" : length));
        } catch (IOException e) {
            System.out.println("client read: " + e.getMessage());
        }
    }
}
