package io.finwait.nio.socket.behaviour;

import static io.finwait.nio.socket.behaviour.Behaviour.differs;
import static io.finwait.nio.socket.behaviour.Behaviour.same;
import static io.finwait.nio.socket.behaviour.Stage.attempt;

import jdk.net.ExtendedSocketOptions;

import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.util.List;
import java.util.stream.Collectors;

/** Options: what they are at first, and what becomes of what is set. */
final class Options {

    static final List<Behaviour> ALL =
            List.of(
                    same(
                            "options of a new socket",
                            stage -> {
                                Socket it = stage.socket();
                                return it.getSoTimeout()
                                        + " "
                                        + it.getSoLinger()
                                        + " "
                                        + it.getTcpNoDelay()
                                        + " "
                                        + it.getKeepAlive()
                                        + " "
                                        + it.getReuseAddress()
                                        + " "
                                        + it.getOOBInline()
                                        + " "
                                        + it.getTrafficClass()
                                        + " "
                                        + (it.getSendBufferSize() > 0)
                                        + " "
                                        + (it.getReceiveBufferSize() > 0);
                            }),
                    same(
                            "options of a new listening socket",
                            stage -> {
                                ServerSocket it = stage.unboundServer();
                                return it.getSoTimeout()
                                        + " "
                                        + it.getReuseAddress()
                                        + " "
                                        + (it.getReceiveBufferSize() > 0);
                            }),
                    same(
                            "set and get TCP_NODELAY, SO_KEEPALIVE, SO_OOBINLINE, SO_REUSEADDR",
                            stage -> {
                                Socket it = stage.pair().client();
                                it.setTcpNoDelay(true);
                                it.setKeepAlive(true);
                                it.setOOBInline(true);
                                it.setReuseAddress(true);
                                return it.getTcpNoDelay()
                                        + " "
                                        + it.getKeepAlive()
                                        + " "
                                        + it.getOOBInline()
                                        + " "
                                        + it.getReuseAddress();
                            }),
                    same(
                            "set and get SO_LINGER",
                            stage -> {
                                Socket it = stage.pair().client();
                                it.setSoLinger(true, 0);
                                int none = it.getSoLinger();
                                it.setSoLinger(true, 70_000);
                                int most = it.getSoLinger();
                                it.setSoLinger(false, 7);
                                return none + " " + most + " " + it.getSoLinger();
                            }),
                    same(
                            "set a negative linger time, timeout and traffic class",
                            stage -> {
                                Socket it = stage.socket();
                                return sets(() -> it.setSoLinger(true, -1))
                                        + ", "
                                        + sets(() -> it.setSoTimeout(-1))
                                        + ", "
                                        + sets(() -> it.setTrafficClass(-1));
                            }),
                    same(
                            "set and get lengths of buffers",
                            stage -> {
                                Socket it = stage.socket();
                                it.setSendBufferSize(20_000);
                                it.setReceiveBufferSize(30_000);
                                return it.getSendBufferSize()
                                        + " "
                                        + it.getReceiveBufferSize()
                                        + " "
                                        + sets(() -> it.setSendBufferSize(0))
                                        + ", "
                                        + sets(() -> it.setReceiveBufferSize(-1));
                            }),
                    same(
                            "set and get the traffic class",
                            stage -> {
                                Socket it = stage.socket();
                                it.setTrafficClass(0x10);
                                return it.getTrafficClass()
                                        + " "
                                        + sets(() -> it.setTrafficClass(256));
                            }),
                    same(
                            "set the bits of ECN in the traffic class",
                            stage -> {
                                Socket it = stage.socket();
                                it.setTrafficClass(0xFF);
                                return it.getTrafficClass();
                            }),
                    same(
                            "set and get a timeout",
                            stage -> {
                                Socket it = stage.socket();
                                it.setSoTimeout(1234);
                                return it.getSoTimeout();
                            }),
                    same(
                            "standard options that a socket supports",
                            stage ->
                                    StandardSocketOptions.class.getDeclaredFields().length
                                            + names(stage.socket())),
                    same(
                            "set and get standard options",
                            stage -> {
                                Socket it = stage.socket();
                                it.setOption(StandardSocketOptions.TCP_NODELAY, true);
                                it.setOption(StandardSocketOptions.SO_LINGER, 5);
                                it.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
                                return it.getOption(StandardSocketOptions.TCP_NODELAY)
                                        + " "
                                        + it.getOption(StandardSocketOptions.SO_LINGER)
                                        + " "
                                        + it.getSoLinger()
                                        + " "
                                        + it.getKeepAlive();
                            }),
                    same(
                            "set a standard option that a socket does not have",
                            stage -> {
                                Socket it = stage.socket();
                                return attempt(
                                                () ->
                                                        it.setOption(
                                                                StandardSocketOptions.SO_BROADCAST,
                                                                true))
                                        + ", "
                                        + attempt(
                                                () ->
                                                        it.getOption(
                                                                StandardSocketOptions
                                                                        .IP_MULTICAST_TTL));
                            }),
                    same(
                            "set a standard option to null",
                            stage -> {
                                Socket it = stage.socket();
                                return attempt(
                                        () ->
                                                it.setOption(
                                                        StandardSocketOptions.TCP_NODELAY, null));
                            }),
                    same(
                            "set a standard option of a closed socket",
                            stage -> {
                                Socket it = stage.socket();
                                it.close();
                                return attempt(
                                        () -> it.getOption(StandardSocketOptions.TCP_NODELAY));
                            }),
                    same(
                            "options stay when a socket connects",
                            stage -> {
                                ServerSocket listening = stage.listen();
                                Socket it = stage.socket();
                                it.setTcpNoDelay(true);
                                it.setSoTimeout(77);
                                it.setSoLinger(true, 3);
                                it.connect(stage.addressOf(listening));
                                return it.getTcpNoDelay()
                                        + " "
                                        + it.getSoTimeout()
                                        + " "
                                        + it.getSoLinger();
                            }),
                    same(
                            "when a connection is kept alive",
                            stage -> {
                                ServerSocket listening = stage.unboundServer();
                                listening.setOption(ExtendedSocketOptions.TCP_KEEPIDLE, 17);
                                listening.bind(new InetSocketAddress(stage.serverAddress, 0));
                                Socket socket = stage.connect(listening);
                                Socket accepted = stage.accept(listening);
                                socket.setOption(ExtendedSocketOptions.TCP_KEEPINTERVAL, 32_767);
                                socket.setOption(ExtendedSocketOptions.TCP_KEEPCOUNT, 127);
                                socket.setKeepAlive(true);
                                return accepted.getOption(ExtendedSocketOptions.TCP_KEEPIDLE)
                                        + " "
                                        + socket.getOption(ExtendedSocketOptions.TCP_KEEPIDLE)
                                        + " "
                                        + socket.getOption(ExtendedSocketOptions.TCP_KEEPINTERVAL)
                                        + " "
                                        + socket.getOption(ExtendedSocketOptions.TCP_KEEPCOUNT);
                            }),
                    same(
                            "when a connection is kept alive, out of range",
                            stage -> {
                                Socket socket = stage.socket();
                                return keeps(socket, ExtendedSocketOptions.TCP_KEEPIDLE, 0)
                                        + ", "
                                        + keeps(socket, ExtendedSocketOptions.TCP_KEEPIDLE, 32_768)
                                        + ", "
                                        + keeps(socket, ExtendedSocketOptions.TCP_KEEPCOUNT, 128);
                            }),
                    differs(
                            "options that only Linux has",
                            "TCP_QUICKACK and SO_INCOMING_NAPI_ID of jdk.net are about the kernel",
                            stage ->
                                    stage.socket().supportedOptions().stream()
                                            .map(SocketOption::name)
                                            .anyMatch(name -> name.startsWith("TCP_QUICK"))));

    private Options() {}

    private static String keeps(Socket socket, SocketOption<Integer> option, int value) {
        return sets(() -> socket.setOption(option, value));
    }

    private interface Setter {
        void set() throws Exception;
    }

    private static String sets(Setter setter) {
        return attempt(
                () -> {
                    setter.set();
                    return "done";
                });
    }

    private static String names(Socket of) {
        return of.supportedOptions().stream()
                .map(SocketOption::name)
                .filter(
                        name ->
                                (name.startsWith("SO_") && !name.contains("NAPI"))
                                        || name.equals("TCP_NODELAY")
                                        || name.startsWith("IP_TOS"))
                .sorted()
                .collect(Collectors.joining(" "));
    }
}
