package org.gabor.nn;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** The value, in JSON, that an attribute of a registered layer has when a description leaves it out. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Default {
    /** A JSON value: {@code 1}, {@code true}, {@code "he_normal"}. */
    String value();
}
