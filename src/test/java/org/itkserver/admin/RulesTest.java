package org.itkserver.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Set;
import java.util.stream.Collectors;
import org.itkserver.admin.Routes.Route;
import org.itkserver.audit.Role;
import org.junit.jupiter.api.Test;

class RulesTest {
    @Test
    void everyResourceMethodSaysWhomItIsFor() {
        assertTrue(Routes.methods().size() > 10);
        for (var method : Routes.methods()) {
            assertTrue(
                    method.isAnnotationPresent(Needs.class) != method.isAnnotationPresent(Open.class),
                    () -> method + " has to say @Needs or @Open");
            assertEquals(1, Routes.verbs(method).count(), method::toString);
        }
    }

    @Test
    void onlyTheLoginIsOpen() {
        var open = Routes.all().stream()
                .filter(route -> route.needs() == null)
                .map(Route::address)
                .collect(Collectors.toSet());
        assertEquals(Set.of(Guard.LOGIN), open);
    }

    @Test
    void whatChangesSomethingIsNoGet() {
        var got = Routes.all().stream()
                .filter(route -> route.method().equals("GET"))
                .map(Route::address)
                .collect(Collectors.toSet());
        assertTrue(got.containsAll(Set.of("/admin", "/admin/messages/{id}", "/admin/people/{name}")), got.toString());
        for (var address : got) {
            assertTrue(
                    !address.matches(
                            ".*/(payload|download|logout|disable|enable|revoke|roles|scopes|resend|retry|give-up|seen|stop)"),
                    address);
        }
    }

    @Test
    void payloadsAreForClinicalPeople() {
        for (var route : Routes.all()) {
            if (route.address().matches(".*/(payload|download)")) {
                assertEquals(Role.CLINICAL, route.needs(), route.address());
            }
        }
    }

    @Test
    void aOneTimePasswordReachesItsChangeAndTheWayOut() {
        var reached = Routes.all().stream()
                .filter(Route::beforeChange)
                .map(route -> route.method() + " " + route.address())
                .collect(Collectors.toSet());
        assertEquals(
                Set.of("GET " + AccountPages.PASSWORD, "POST " + AccountPages.PASSWORD, "POST /admin/logout"), reached);
    }
}
