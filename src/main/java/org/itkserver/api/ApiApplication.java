package org.itkserver.api;

import jakarta.servlet.ServletContext;
import jakarta.ws.rs.ApplicationPath;
import jakarta.ws.rs.core.Application;
import jakarta.ws.rs.core.Context;
import java.util.Set;

/** Hands the API's resources to Jakarta REST, which makes this object when the deployment starts. */
@ApplicationPath("/api")
public final class ApiApplication extends Application {
    private final Set<Object> resources;

    public ApiApplication(@Context ServletContext context) {
        resources = RestApi.of(context).resources();
    }

    @Override
    @SuppressWarnings("deprecation") // the way to give Jakarta REST objects that are made already, without CDI
    public Set<Object> getSingletons() {
        return resources;
    }
}
