package io.finwait.sim.script;

/**
 * An option at the head of a script: {@code --name=value}.
 *
 * @param value as written; empty when there is none
 */
record Option(String name, String value, int line) {}
