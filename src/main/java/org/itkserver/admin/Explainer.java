package org.itkserver.admin;

import java.util.ArrayList;
import java.util.List;
import org.itkserver.directory.Directory;
import org.itkserver.directory.Endpoints;
import org.itkserver.directory.Partner;
import org.itkserver.directory.Pattern;
import org.itkserver.directory.Route;
import org.itkserver.directory.Service;
import org.jspecify.annotations.Nullable;

/** Says where a message would go and why, as {@link Directory#route} decides it (H19). */
final class Explainer {
    private final Directory directory;
    private final List<String> steps = new ArrayList<>();

    private Explainer(Directory directory) {
        this.directory = directory;
    }

    /** The reasons, one after the other; the last one says where it goes. */
    static List<String> explain(Directory directory, String address, Service service) {
        var explainer = new Explainer(directory);
        explainer.explain(address, service);
        return List.copyOf(explainer.steps);
    }

    private void explain(String address, Service service) {
        int number = 0;
        for (var route : directory.routes()) {
            number++;
            if (route.matches(address)) {
                steps.add("Route " + number + " (" + route.address() + ") is the first that matches this address.");
                routed(route, service);
                return;
            }
        }
        steps.add(number == 0 ? "There are no routes." : "None of the " + number + " routes matches this address.");
        if (!directory.isOurs(address)) {
            steps.add("It is not our address " + directory.organisation().address() + " and does not lie below it.");
            unroutable(address, service);
        } else {
            steps.add("It is ours, so the handler of " + service.name() + " decides.");
            handled(service.handler(), service);
        }
    }

    private void routed(Route route, Service service) {
        var partner = route.partner();
        if (partner == null) {
            handled(route.handler(), service);
        } else if (service.pattern() == Pattern.SYNCHRONOUS) {
            steps.add("The request is forwarded to partner " + partner + " at "
                    + endpoint(directory.partner(partner).orElse(null), service.name())
                    + ", and its answer is returned on the request's connection; one with a ReplyTo is refused with"
                    + " fault 2200.");
        } else {
            steps.add("The message is forwarded unchanged to partner " + partner + " at "
                    + endpoint(directory.partner(partner).orElse(null), service.name()) + ".");
        }
    }

    private void handled(@Nullable String handler, Service service) {
        boolean answers = handler != null && !handler.equals(Directory.INBOX);
        if (service.pattern() == Pattern.SYNCHRONOUS && !answers || handler == null) {
            steps.add("No handler can answer " + service.name() + ": refused with fault 2200.");
        } else {
            steps.add("The message goes to " + (answers ? "handler " + handler : "the inbox") + ".");
        }
    }

    private static String endpoint(@Nullable Partner partner, String service) {
        var url = partner == null
                ? java.util.Optional.<String>empty()
                : partner.endpoints().forMessages(service);
        return url.map(text ->
                        Endpoints.queue(text).map(queue -> "queue " + queue).orElse(text))
                .orElse("no endpoint: a dead letter with an alert");
    }

    private void unroutable(String address, Service service) {
        directory
                .ownerOf(address)
                .ifPresent(partner -> steps.add("It belongs to partner " + partner.id()
                        + ", which matters for our own messages to it; what others send there needs a route."));
        steps.add(
                service.pattern() == Pattern.SYNCHRONOUS
                        ? "The message is refused with fault 1000."
                        : "With an infrastructure acknowledgement asked for, it is accepted and answered with DE0003;"
                                + " otherwise it is refused with fault 1000.");
    }
}
