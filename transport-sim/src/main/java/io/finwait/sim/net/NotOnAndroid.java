package io.finwait.sim.net;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Uses what Android lacks, and is not for Android: the build's check of the API leaves it out. */
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.METHOD)
@interface NotOnAndroid {}
