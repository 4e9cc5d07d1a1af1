package org.itkserver.admin;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.ResourceInfo;
import jakarta.ws.rs.core.Context;
import java.lang.reflect.Method;
import org.jspecify.annotations.Nullable;

/**
 * The one place that holds people to {@link Needs}. Works before the resource does anything, so an address says the same to
 * somebody who may not use it whether what it names exists or not.
 */
public final class Rules implements ContainerRequestFilter {
    @Context
    private @Nullable ResourceInfo resource;

    @Context
    private @Nullable HttpServletRequest request;

    private final AccessDenials denials;
    private final Pages pages;

    Rules(AccessDenials denials, Pages pages) {
        this.denials = denials;
        this.pages = pages;
    }

    @Override
    public void filter(ContainerRequestContext context) {
        if (resource == null || request == null) {
            throw new IllegalStateException("made without Jakarta REST");
        }
        var method = resource.getResourceMethod();
        if (method != null && method.isAnnotationPresent(Open.class)) {
            return;
        }
        var person = Person.of(request);
        var needs = method == null ? null : method.getAnnotation(Needs.class);
        if (person.mustChange() && (needs == null || !needs.beforeChange())) {
            context.abortWith(Pages.goTo(AccountPages.PASSWORD));
        } else if (needs == null || !person.has(needs.value())) {
            var role = needs == null ? null : needs.value();
            denials.record(person.name(), request, method == null ? "" : address(method), role);
            context.abortWith(Pages.answer(403, pages.denied(person, role)).build());
        }
    }

    /** The address of a resource method with names instead of values: {@code /admin/messages/{id}/payload}. */
    static String address(Method method) {
        var path = new StringBuilder("/admin");
        for (var part :
                new Path[] {method.getDeclaringClass().getAnnotation(Path.class), method.getAnnotation(Path.class)}) {
            if (part != null && !part.value().equals("/")) {
                path.append(part.value().startsWith("/") ? "" : "/")
                        .append(part.value().replaceAll("\\{ *([a-z]+) *(:[^{}]*(\\{[^{}]*\\}[^{}]*)*)?\\}", "{$1}"));
            }
        }
        return path.toString();
    }
}
