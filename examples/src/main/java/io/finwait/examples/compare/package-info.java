/** One story in several places, side by side. */
package io.finwait.examples.compare;
