package io.finwait.nio.socket.behaviour;

import static io.finwait.nio.socket.behaviour.Behaviour.same;
import static io.finwait.nio.socket.behaviour.ChannelStage.reads;
import static io.finwait.nio.socket.behaviour.ChannelStage.readsSomething;
import static io.finwait.nio.socket.behaviour.ChannelStage.writes;
import static io.finwait.nio.socket.behaviour.Stage.attempt;

import io.finwait.nio.socket.behaviour.ChannelStage.Ends;
import io.finwait.nio.socket.behaviour.Stage.Meanwhile;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** What the JDK's own tests of selectors check, as far as {@link Selecting} does not. */
final class JdkSelectorTests {

    private static final int MANY = 100;
    private static final int BRIEFLY_MS = 250;

    static final List<Behaviour> ALL =
            List.of(
                    same(
                            "Selector/ChangingInterests: to each from each",
                            JdkSelectorTests::changes),
                    same(
                            "Selector/SelectAfterRead: a part is read, then the rest",
                            stage -> {
                                Ends ends = stage.channels.ends();
                                Selector selector = stage.channels.selector();
                                register(ends.client(), selector, SelectionKey.OP_READ);
                                writes(ends.server(), "ab");
                                Stage.arrived(ends.client().socket(), 2);
                                int whole = selector.select();
                                ends.client().read(ByteBuffer.allocate(1));
                                selector.selectedKeys().clear();
                                int part = selector.selectNow();
                                ends.client().read(ByteBuffer.allocate(1));
                                selector.selectedKeys().clear();
                                return whole + " " + part + " " + selector.selectNow();
                            }),
                    same(
                            "Selector/KeysReady: a key that is selected stays as it is",
                            stage -> {
                                Ends ends = stage.channels.ends();
                                Selector selector = stage.channels.selector();
                                SelectionKey key =
                                        register(ends.client(), selector, SelectionKey.OP_READ);
                                writes(ends.server(), "x");
                                int first = selector.select();
                                key.interestOps(SelectionKey.OP_WRITE);
                                int added = selector.select();
                                int ready = key.readyOps();
                                reads(ends.client());
                                return first
                                        + " "
                                        + added
                                        + " "
                                        + ready
                                        + " "
                                        + selector.selectNow()
                                        + " "
                                        + key.readyOps();
                            }),
                    same("Selector/ReadAfterConnect: a greeting", JdkSelectorTests::greeting),
                    same(
                            "Selector/LotsOfCancels: each in turn",
                            stage -> {
                                Selector selector = stage.channels.selector();
                                ServerSocketChannel listening = stage.channels.listen();
                                int left = 0;
                                for (int i = 0; i < MANY; i++) {
                                    SocketChannel channel = stage.channels.connect(listening);
                                    stage.keep(listening.accept());
                                    register(channel, selector, SelectionKey.OP_READ).cancel();
                                    selector.selectNow();
                                    left +=
                                            selector.keys().size()
                                                    + (channel.isRegistered() ? 1 : 0);
                                }
                                return left;
                            }),
                    same(
                            "Selector/StackOverflowTest: many cancelled at once",
                            stage -> {
                                Ends ends = stage.channels.ends();
                                Selector first = stage.channels.selector();
                                List<SelectionKey> keys = new ArrayList<>();
                                for (int i = 0; i < MANY; i++) {
                                    SocketChannel each = stage.channels.openNonBlocking();
                                    keys.add(each.register(first, SelectionKey.OP_CONNECT));
                                }
                                register(ends.client(), first, SelectionKey.OP_READ);
                                keys.forEach(SelectionKey::cancel);
                                writes(ends.server(), "x");
                                return first.select() + " " + first.keys().size();
                            }),
                    same(
                            "Selector/RacyDeregister: cancelled, and registered again",
                            stage -> {
                                Ends ends = stage.channels.ends();
                                Selector selector = stage.channels.selector();
                                writes(ends.server(), "x");
                                Stage.arrived(ends.client().socket(), 1);
                                int seen = 0;
                                for (int i = 0; i < MANY; i++) {
                                    SelectionKey key =
                                            register(ends.client(), selector, SelectionKey.OP_READ);
                                    seen +=
                                            selector.select(BRIEFLY_MS)
                                                    * (key.isReadable() ? 1 : 0);
                                    key.cancel();
                                    selector.selectNow();
                                }
                                return seen;
                            }),
                    same(
                            "Selector/RegisterDuringSelect: another thread is not kept waiting",
                            stage -> {
                                Ends ends = stage.channels.ends();
                                Selector selector = stage.channels.selector();
                                Meanwhile select = stage.meanwhile(selector::select);
                                SelectionKey key =
                                        register(ends.client(), selector, SelectionKey.OP_READ);
                                selector.wakeup();
                                String woken = select.result();
                                writes(ends.server(), "x");
                                return woken + " " + selector.select() + " " + key.isReadable();
                            }),
                    same(
                            "Selector/LotsOfInterestOps: changed while it waits, and it is woken",
                            stage -> {
                                Ends ends = stage.channels.ends();
                                Selector selector = stage.channels.selector();
                                SelectionKey key = register(ends.client(), selector, 0);
                                Meanwhile select = stage.meanwhile(selector::select);
                                for (int i = 0; i < MANY; i++) {
                                    key.interestOps(SelectionKey.OP_READ);
                                    key.interestOps(0);
                                }
                                key.interestOps(SelectionKey.OP_WRITE);
                                selector.wakeup();
                                select.outcome().get(20, TimeUnit.SECONDS);
                                selector.select(2_000);
                                return key.readyOps() + " " + selector.selectedKeys().size();
                            }),
                    same(
                            "Selector/SelectAndCancel: cancelled while it waits",
                            stage -> {
                                Ends ends = stage.channels.ends();
                                Selector selector = stage.channels.selector();
                                SelectionKey key =
                                        register(ends.client(), selector, SelectionKey.OP_READ);
                                Meanwhile select = stage.meanwhile(selector::select);
                                key.cancel();
                                writes(ends.server(), "x");
                                boolean valid = key.isValid();
                                selector.wakeup();
                                return valid
                                        + " "
                                        + select.result()
                                        + " "
                                        + selector.selectedKeys().size()
                                        + selector.selectNow()
                                        + " "
                                        + ends.client().isRegistered()
                                        + selector.keys().size();
                            }),
                    same(
                            "Selector/SelectAndClose: its channel is closed while it waits",
                            stage -> {
                                Ends ends = stage.channels.ends();
                                Selector selector = stage.channels.selector();
                                SelectionKey key =
                                        register(ends.client(), selector, SelectionKey.OP_READ);
                                Meanwhile select = stage.meanwhile(selector::select);
                                ends.client().close();
                                selector.wakeup();
                                return select.result()
                                        + " "
                                        + key.isValid()
                                        + " "
                                        + selector.selectNow()
                                        + selector.keys().size();
                            }),
                    same(
                            "Selector/RegAfterPreClose: another channel behind one that is closed",
                            stage -> {
                                Ends gone = stage.channels.ends();
                                Ends ends = stage.channels.ends();
                                Selector selector = stage.channels.selector();
                                register(gone.client(), selector, SelectionKey.OP_READ);
                                gone.client().close();
                                register(ends.client(), selector, SelectionKey.OP_READ);
                                writes(ends.server(), "x");
                                return selector.select() + " " + selector.keys().size();
                            }),
                    same(
                            "Selector/CloseWhenKeyIdle: its channel goes on elsewhere",
                            stage -> {
                                Ends ends = stage.channels.ends();
                                Selector selector = stage.channels.selector();
                                SelectionKey key =
                                        register(ends.client(), selector, SelectionKey.OP_READ);
                                selector.selectNow();
                                selector.close();
                                Selector next = stage.channels.selector();
                                SelectionKey again =
                                        register(ends.client(), next, SelectionKey.OP_READ);
                                writes(ends.server(), "x");
                                return key.isValid()
                                        + " "
                                        + next.select()
                                        + " "
                                        + again.isReadable();
                            }),
                    same(
                            "Selector/CloseInvalidatesKeys: all of them, and a cancelled one",
                            JdkSelectorTests::closeWithKeys),
                    same(
                            "Selector/WakeupAfterClose: and close again",
                            stage -> {
                                Selector selector = stage.channels.selector();
                                selector.close();
                                selector.close();
                                return selector.equals(selector.wakeup())
                                        + " "
                                        + selector.isOpen()
                                        + " "
                                        + attempt(selector::selectNow)
                                        + " "
                                        + attempt(selector::selectedKeys);
                            }),
                    same(
                            "Selector/WakeupOverflow: many calls are one",
                            stage -> {
                                Selector selector = stage.channels.selector();
                                for (int i = 0; i < 10_000; i++) {
                                    selector.wakeup();
                                }
                                int woken = selector.select();
                                Meanwhile next = stage.meanwhile(selector::select);
                                boolean waits = !next.outcome().isDone();
                                selector.wakeup();
                                return woken + " " + waits + " " + next.result();
                            }),
                    same(
                            "Selector/SelectTimeout: the longest one, and a wakeup",
                            stage -> {
                                Selector selector = stage.channels.selector();
                                Meanwhile select =
                                        stage.meanwhile(() -> selector.select(Long.MAX_VALUE));
                                boolean waits = !select.outcome().isDone();
                                selector.wakeup();
                                return waits + " " + select.result();
                            }),
                    same(
                            "Selector/Wakeup: closed by four threads while it waits",
                            stage -> {
                                Selector selector = stage.channels.selector();
                                Meanwhile select = stage.meanwhile(selector::select);
                                List<Meanwhile> closers = new ArrayList<>();
                                for (int i = 0; i < 4; i++) {
                                    closers.add(
                                            stage.unawaited(
                                                    () -> {
                                                        selector.close();
                                                        return selector.isOpen();
                                                    }));
                                }
                                StringBuilder said = new StringBuilder(select.result());
                                for (Meanwhile each : closers) {
                                    said.append(' ').append(each.result());
                                }
                                return said;
                            }),
                    same(
                            "Selector/HelperSlowToDie: two threads select, one after the other",
                            stage -> {
                                Selector selector = stage.channels.selector();
                                Meanwhile first = stage.meanwhile(selector::select);
                                Meanwhile second = stage.unawaited(selector::select);
                                selector.wakeup();
                                String one = first.result();
                                Stage.until(
                                        () -> {
                                            selector.wakeup();
                                            return second.outcome().isDone();
                                        });
                                return one + " " + second.result();
                            }),
                    same(
                            "Selector/SelectedKeys: taken out while they are told",
                            stage -> {
                                Selector selector = stage.channels.selector();
                                for (int i = 0; i < 3; i++) {
                                    register(
                                            stage.channels.ends().client(),
                                            selector,
                                            SelectionKey.OP_WRITE);
                                }
                                Stage.until(
                                        () -> {
                                            selector.selectNow();
                                            return selector.selectedKeys().size() == 3;
                                        });
                                Iterator<SelectionKey> keys = selector.selectedKeys().iterator();
                                SelectionKey gone = keys.next();
                                gone.cancel();
                                keys.remove();
                                keys.next().cancel();
                                keys.remove();
                                selector.selectNow();
                                return selector.selectedKeys().size()
                                        + " "
                                        + selector.keys().size()
                                        + " "
                                        + attempt(
                                                () -> {
                                                    Iterator<SelectionKey> late =
                                                            selector.selectedKeys().iterator();
                                                    selector.selectedKeys().clear();
                                                    return late.next();
                                                });
                            }));

    private JdkSelectorTests() {}

    private static SelectionKey register(SelectableChannel channel, Selector selector, int ops)
            throws IOException {
        channel.configureBlocking(false);
        return channel.register(selector, ops);
    }

    /** Something to read and room to write: what is ready is what is asked for. */
    private static Object changes(Stage stage) throws Exception {
        int[] interests = {
            0,
            SelectionKey.OP_READ,
            SelectionKey.OP_WRITE,
            SelectionKey.OP_READ | SelectionKey.OP_WRITE
        };
        Ends ends = stage.channels.ends();
        Selector selector = stage.channels.selector();
        writes(ends.server(), "x");
        Stage.arrived(ends.client().socket(), 1);
        SelectionKey key = register(ends.client(), selector, 0);
        int wrong = 0;
        for (int from : interests) {
            for (int to : interests) {
                for (int interest : new int[] {from, to}) {
                    key.interestOps(interest);
                    selector.selectedKeys().clear();
                    int selected = interest == 0 ? selector.selectNow() : selector.select(2_000);
                    boolean right = selected == 0 ? interest == 0 : key.readyOps() == interest;
                    wrong += right ? 0 : 1;
                }
            }
        }
        return wrong;
    }

    private static Object greeting(Stage stage) throws Exception {
        ServerSocketChannel listening = stage.channels.listen();
        SocketChannel channel = stage.channels.openNonBlocking();
        Selector selector = stage.channels.selector();
        SelectionKey key = channel.register(selector, SelectionKey.OP_CONNECT);
        if (!channel.connect(stage.channels.addressOf(listening))) {
            selector.select();
            channel.finishConnect();
        }
        writes(stage.keep(listening.accept()), "hello");
        key.interestOps(SelectionKey.OP_READ);
        selector.selectedKeys().clear();
        return selector.select() + " " + key.readyOps() + " " + readsSomething(channel);
    }

    private static Object closeWithKeys(Stage stage) throws Exception {
        Selector selector = stage.channels.selector();
        List<SelectionKey> keys = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            SocketChannel channel = stage.channels.ends().client();
            keys.add(register(channel, selector, SelectionKey.OP_READ));
        }
        keys.get(0).cancel();
        selector.close();
        StringBuilder said = new StringBuilder();
        for (SelectionKey each : keys) {
            said.append(each.isValid()).append(each.channel().isRegistered());
            said.append(each.channel().isOpen()).append(' ');
            said.append(attempt(each::interestOps)).append(' ');
        }
        return said;
    }
}
