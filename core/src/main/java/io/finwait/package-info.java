/** The front door of Finwait, a user-space TCP whose subject is closing a connection. */
package io.finwait;
