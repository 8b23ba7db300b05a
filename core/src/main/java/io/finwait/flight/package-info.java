/**
 * The events that an endpoint writes into a recording of JDK Flight Recorder. {@link
 * io.finwait.flight.FlightEvents} lists the events; docs/watching.md shows how they are recorded
 * and read.
 *
 * <p>Nothing here takes part in the protocol. The names and fields of the events are API; the
 * classes are not exported.
 */
package io.finwait.flight;
