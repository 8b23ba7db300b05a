/** A file server over Finwait's TCP, as small as can be. */
package io.finwait.examples.net;
