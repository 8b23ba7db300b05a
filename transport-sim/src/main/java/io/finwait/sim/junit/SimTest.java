package io.finwait.sim.junit;

import io.finwait.sim.net.Threads;
import io.finwait.sim.net.Time;

import org.junit.jupiter.api.extension.ExtendWith;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Gives tests a {@link io.finwait.sim.net.SimNet}, a new one for each, as parameters: the network
 * itself, and hosts named after their parameters (compile with {@code -parameters}) or by {@link
 * Named}.
 *
 * <pre>{@code
 * @SimTest
 * class ShopTest {
 *     @Test
 *     void aReadTimesOut(SimNet net, NetHost shop, NetHost app) { ... }
 * }
 * }</pre>
 *
 * <p>On a class it holds for all its tests, on a method for that one, which stands before its
 * class's.
 *
 * <p>A test fails as well when it leaves behind what {@link io.finwait.sim.net.SimNet#verify}
 * finds. A red one shows seed, netstat of all hosts and the ladder in its stack trace, as
 * suppressed, and publishes them to the report with a capture for Wireshark and a page for a
 * browser (files need JUnit 5.14 or newer).
 */
@Documented
@Inherited
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD, ElementType.ANNOTATION_TYPE})
@ExtendWith(SimNetExtension.class)
public @interface SimTest {

    /**
     * The seed of all chance; 0: the system property {@code finwait.simnet.seed}, and 1 without it.
     */
    long seed() default 0;

    /** How threads are run. */
    Threads threads() default Threads.FREE;

    /** Which clock the network goes by. */
    Time time() default Time.VIRTUAL;

    /** Whether {@link io.finwait.sim.net.SimNet#verify} is called behind a test that passed. */
    boolean verify() default true;
}
