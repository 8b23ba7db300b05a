/** A long run with every ending, faults and strangers, in which everything is checked. */
package io.finwait.examples.soak;
