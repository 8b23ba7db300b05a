import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;

import javax.net.ServerSocketFactory;

/** Gives each client five seconds to say something, then closes: java LateServer.java. */
public class LateServer {

    static final ServerSocketFactory NET = ServerSocketFactory.getDefault();
    static final int PORT = 12_345;
    static final int SECOND_MS = 1_000;

    public static void main(String[] arguments) throws IOException {
        ServerSocket listening = NET.createServerSocket(PORT);
        while (true) {
            Socket socket = listening.accept();
            Thread.startVirtualThread(() -> handle(socket));
        }
    }

    private static void handle(Socket socket) {
        byte[] buffer = new byte[1024];
        try (socket) {
            socket.setSoTimeout(5 * SECOND_MS);
            int length = socket.getInputStream().read(buffer);
            System.out.println("server read: " + new String(buffer, 0, length));
        } catch (IOException e) {
            System.out.println("server read: " + e.getMessage());
        }
    }
}
