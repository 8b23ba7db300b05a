/**
 * How other stacks do what the RFCs leave open, and the defences that stories switch off.
 */
package io.finwait.tcp.internal.profile;
