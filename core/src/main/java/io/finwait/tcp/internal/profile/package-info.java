/** Where other stacks behave differently, and the defences that stories switch off. */
package io.finwait.tcp.internal.profile;
