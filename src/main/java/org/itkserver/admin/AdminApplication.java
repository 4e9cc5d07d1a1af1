package org.itkserver.admin;

import jakarta.servlet.ServletContext;
import jakarta.ws.rs.ApplicationPath;
import jakarta.ws.rs.core.Application;
import jakarta.ws.rs.core.Context;
import java.util.Set;

/** Hands the console's resources to Jakarta REST, which makes this object when the deployment starts. */
@ApplicationPath("/admin")
public final class AdminApplication extends Application {
    private final Set<Object> resources;

    public AdminApplication(@Context ServletContext context) {
        resources = AdminPages.of(context).resources();
    }

    @Override
    @SuppressWarnings("deprecation") // the way to give Jakarta REST objects that are made already, without CDI
    public Set<Object> getSingletons() {
        return resources;
    }
}
