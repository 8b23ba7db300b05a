/** The {@code finwait} command and its subcommands. */
package io.finwait.examples.command;
