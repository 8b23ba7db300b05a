/** IP packets over datagram and socket channels, without privileges. */
module io.finwait.nio {
    requires transitive io.finwait.core;
    requires org.slf4j;

    exports io.finwait.nio;
}
