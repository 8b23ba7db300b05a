/** IP packets over datagram and socket channels, without privileges. */
package io.finwait.nio;
