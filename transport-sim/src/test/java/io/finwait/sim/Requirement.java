package io.finwait.sim;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Names the requirements, A01 to O17, and the decisions, T-01 to T-26, that a test shows. {@code
 * docs/requirements.md} is printed from it; an id that is not in the list fails the build.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface Requirement {

    /** The ids. */
    String[] value();
}
