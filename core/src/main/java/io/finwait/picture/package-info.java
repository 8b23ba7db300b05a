/**
 * Pictures: ladder diagrams as text, as SVG and as a page of HTML, plots of sequence numbers over
 * time, and charts of measurements.
 *
 * <p>Nothing of the stack uses this package; it draws what {@link io.finwait.trace} has read. A
 * program that shows nothing to anybody never loads it.
 */
package io.finwait.picture;
