package io.finwait.sim.junit;

import io.finwait.sim.net.Fault;

import org.junit.jupiter.api.TestTemplate;
import org.junit.jupiter.api.extension.ExtendWith;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Runs a test once without a fault, which counts the packets, and then once for each packet and
 * fault. What stands between "it works" and "it works when the server closes just then" is a row of
 * a table and not luck.
 *
 * <pre>{@code
 * @FaultAtEveryPacket({Fault.RESET, Fault.PEER_CLOSES})
 * void noOrderIsSentTwice(SimNet net, NetHost shop, NetHost app) { ... }
 * }</pre>
 *
 * <p>Each invocation is named by the point, {@code RESET@7}, and publishes what the application saw
 * ({@link io.finwait.sim.net.SimNet#saw}); the last one publishes the whole table. The system
 * property {@code finwait.simnet.only=RESET@7} runs that one alone.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.ANNOTATION_TYPE})
@TestTemplate
@ExtendWith({SimNetExtension.class, FaultPoints.class})
public @interface FaultAtEveryPacket {

    /** The faults, one after the other. */
    Fault[] value();

    /** At most so many packets of the clean run are taken, from the first on. */
    int most() default 200;
}
