/** A transport of one's own, complete, as the README shows it. */
package io.finwait.examples.custom;
