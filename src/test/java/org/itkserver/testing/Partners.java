package org.itkserver.testing;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.itkserver.directory.Endpoints;
import org.itkserver.directory.Partner;
import org.itkserver.directory.Signing;
import org.jspecify.annotations.Nullable;

/** A partner in the making, with the endpoints most tests want: {@code http://ID.example/messages} and so on. */
public final class Partners {
    private final String id;
    private final String ods;
    private final Set<String> relaysFor = new HashSet<>();
    private final Set<String> queues = new HashSet<>();
    private final Set<String> callbacks = new HashSet<>();

    private @Nullable String messages;
    private @Nullable String acknowledgements;
    private Partner.PositiveAnswer answer = Partner.PositiveAnswer.AUTO;
    private Partner.AckForm ackStyle = Partner.AckForm.AUTO;
    private final Map<String, String> services = new HashMap<>();
    private int rate;
    private Set<String> certificates = Set.of();
    private Signing signing = Signing.NONE;
    private Set<Partner.Leniency> tolerated = Set.of();

    private Partners(String id, String ods) {
        this.id = id;
        this.ods = ods;
        this.messages = "http://" + id + ".example/messages";
        this.acknowledgements = "http://" + id + ".example/acks";
        callbacks.add(callbackOf(id));
    }

    public static Partners of(String id, String ods) {
        return new Partners(id, ods);
    }

    /** The one address that a partner is born with. */
    public static String callbackOf(String id) {
        return "http://" + id + ".example/callback";
    }

    public Partners relays(String code) {
        relaysFor.add(code);
        return this;
    }

    public Partners queue(String name) {
        queues.add(name);
        return this;
    }

    public Partners endpoints(@Nullable String forMessages, @Nullable String forAcknowledgements) {
        messages = forMessages;
        acknowledgements = forAcknowledgements;
        return this;
    }

    public Partners callback(String address) {
        callbacks.add(address);
        return this;
    }

    public Partners noCallbacks() {
        callbacks.clear();
        return this;
    }

    public Partners answers(Partner.PositiveAnswer how) {
        answer = how;
        return this;
    }

    public Partners style(Partner.AckForm form) {
        ackStyle = form;
        return this;
    }

    public Partners rate(int most) {
        rate = most;
        return this;
    }

    /** @param shown names of the certificates it shows */
    public Partners signs(Signing how, Set<String> shown) {
        signing = how;
        certificates = shown;
        return this;
    }

    /** An endpoint of its own for a service. */
    public Partners endpoint(String service, String url) {
        services.put(service, url);
        return this;
    }

    public Partners tolerates(Partner.Leniency... leniencies) {
        tolerated = Set.of(leniencies);
        return this;
    }

    public Partner build() {
        return new Partner(
                id,
                ods.isEmpty() ? Set.of() : Set.of(ods),
                Set.of(id + "-1"),
                Set.of(Partner.ANY),
                relaysFor,
                answer,
                false,
                queues,
                new Endpoints(messages, acknowledgements, services, callbacks, Set.of()),
                ackStyle,
                rate,
                certificates,
                signing,
                tolerated);
    }
}
