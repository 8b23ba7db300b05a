/**
 * A running stack can be looked at from outside: {@link io.finwait.nio.control.ControlSocket} shows
 * it, {@link io.finwait.nio.control.RunningStacks} finds it.
 */
package io.finwait.nio.control;
