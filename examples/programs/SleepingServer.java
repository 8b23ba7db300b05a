import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;

import javax.net.ServerSocketFactory;

/** Accepts, and sleeps for half a minute before it closes: java SleepingServer.java. */
public class SleepingServer {

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
        try (socket) {
            System.out.println("server: accepted");
            Thread.sleep(30 * SECOND_MS);
            System.out.println("server: closes");
        } catch (IOException | InterruptedException e) {
            System.out.println("server: " + e.getMessage());
        }
    }
}
