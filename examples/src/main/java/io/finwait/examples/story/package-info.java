/** The stories: how a connection ends, one scenario each. */
package io.finwait.examples.story;
