package org.itkserver.admin;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.itkserver.audit.Role;

/** Whom a resource method of the console is for. {@link Rules} lets nobody in where nothing is said. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
@interface Needs {
    /** The role to have; {@link Role#VIEWER} is everybody who is signed in. */
    Role value();

    /** Whether it can be reached with a one-time password that is still to be changed. */
    boolean beforeChange() default false;
}
