/**
 * Tests in the notation of packetdrill, run in virtual time: a call, an injected segment, an
 * expected segment.
 *
 * <pre>{@code
 * +0 close(3) = 0
 * +0 > F. 1:1(0) ack 1
 * +0 < . 1:1(0) ack 3 win 257     // acknowledges an octet that was never sent: must not move us
 * +0 = FIN-WAIT-1
 * }</pre>
 *
 * <p>Both dialects are understood, Google's and that of the FreeBSD suites (nplab). An event is a
 * time and an action. A time is {@code +t} (seconds after the event before), {@code t} (after the
 * start), and for expected packets {@code *}, {@code t~t} or {@code +t~+t}. An action is one of
 *
 * <ul>
 *   <li>{@code < flags start:end(length) ack n win n <options>}: a segment is injected. Numbers are
 *       relative to the initial ones. The window is mandatory and unscaled.
 *   <li>{@code > flags …}: a segment is expected. Control bits, numbers, text and options must be
 *   as written ({@code <...>}: any options), the window only when written.
 *   <li>{@code < icmp type code mtu n [start:end(length)]}: an ICMP message.
 *   <li>{@code name(arguments) = result ERRNO (note)}: a call of the socket API, {@code +t...u} in
 *       front of it: it blocks, and returns at {@code u}.
 *   <li>{@code `command`}: a small fixed set of shell commands.
 *   <li>{@code %{ code }%}: assertions and variables in Python's notation, about the fields of
 *       Linux' {@code TCP_INFO} that we have: {@code assert tcpi_snd_cwnd <= 10}.
 * </ul>
 *
 * <p>Two actions are an extension of ours:
 *
 * <ul>
 *   <li>{@code +0 = FIN-WAIT-1}: the socket under test is in this state, by its name in RFC 9293.
 *   <li>{@code +5 silence}: nothing was sent since the event before, until five seconds after it.
 * </ul>
 *
 * <p>{@code `sysctl finwait.rto_ms=1000`} in front of the first event sets what Finwait itself
 * does, as the explorer's counterexamples need it: {@code plain} (no options in the SYN), {@code
 * rto_ms}, {@code retries}, {@code connect_timeout_ms}, {@code challenge_interval_ms}, {@code
 * orphan_retries}, {@code two_msl_ms}, {@code iss} (initial sequence numbers, separated by commas).
 *
 * <p>Over IPv6 the MTU is 1520 unless {@code --mtu} or profile FREEBSD says otherwise, so that the
 * MSS is 1460 as over IPv4.
 *
 * <p>Options ({@code --name=value}) stand at the head; {@code #ifdef NAME} … {@code #endif}
 * encloses events that count only when the name is defined.
 */
package io.finwait.sim.script;
