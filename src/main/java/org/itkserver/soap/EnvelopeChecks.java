package org.itkserver.soap;

import static org.itkserver.envelope.ToolkitError.quoted;

import java.util.HashSet;
import java.util.Locale;
import org.itkserver.envelope.EnvelopeRejected;
import org.itkserver.envelope.ManifestItem;

/** Checks of the distribution envelope. Rule numbers as in docs/protocol.md. */
final class EnvelopeChecks {
    private EnvelopeChecks() {}

    /** Rules 2 and 24: there is an envelope to check. */
    static void present(Arrival in) {
        if (in.message.header() == null || in.message.envelope() == null) {
            var body = in.message.body();
            throw EnvelopeRejected.invalid(
                    body == null
                            ? "The SOAP body is empty."
                            : body.getLocalPart().equals("DistributionEnvelope")
                                    ? "The distribution envelope has no header or is of another namespace."
                                    : "The SOAP body holds " + quoted(body.getLocalPart())
                                            + " and not a DistributionEnvelope.");
        }
    }

    /** Rules 2 and 13: each payload has its manifest item. */
    static void ids(Arrival in) {
        var items = new HashSet<String>();
        in.header().manifest().forEach(item -> items.add(item.id()));
        for (var payload : in.message.payloads()) {
            var id = payload.id();
            if (id != null && !items.remove(id)) {
                throw EnvelopeRejected.invalid("No manifest item has the id of payload " + quoted(id) + ".");
            }
        }
    }

    /** Rules 3, 4 and 5. */
    static void counts(Arrival in) {
        var manifestCount = in.header().manifestCount();
        var payloadsCount = in.message.payloadsCount();
        int items = in.header().manifest().size();
        int payloads = in.message.payloads().size();
        if (manifestCount == null || manifestCount != items) {
            throw EnvelopeRejected.invalid("manifest count " + manifestCount + ", manifest items " + items + ".");
        }
        if (payloadsCount == null || payloadsCount != payloads) {
            throw EnvelopeRejected.invalid("payloads count " + payloadsCount + ", payloads " + payloads + ".");
        }
        if (items != payloads) {
            throw EnvelopeRejected.invalid("manifest count " + items + ", payloads count " + payloads + ".");
        }
    }

    /** H22 for partners that ask for it. */
    static void strictPayload(Arrival in) {
        if (in.requiredPartner().strictPayload() && in.message.blankPayloadAttributes() > 0) {
            throw EnvelopeRejected.invalid(
                    in.message.blankPayloadAttributes() + " attributes inside payloads are empty.");
        }
    }

    /** Rule 13. */
    static void payloadIds(Arrival in) {
        if (in.message.payloads().stream().anyMatch(payload -> payload.id() == null)) {
            throw EnvelopeRejected.invalid("A payload has no id.");
        }
    }

    /** Rules 14 and 23, and the media types of the service (H17). */
    static void manifest(Arrival in) {
        for (var item : in.header().manifest()) {
            mimeType(in, item);
            profile(in, item);
        }
    }

    private static void mimeType(Arrival in, ManifestItem item) {
        var allowed = in.requiredService().mimeTypes();
        var type = item.mimeType().toLowerCase(Locale.ROOT);
        if (!allowed.isEmpty() && !allowed.contains(type)) {
            throw EnvelopeRejected.invalid("Media type " + quoted(item.mimeType()) + " is not allowed on service "
                    + in.requiredService().name() + ".");
        }
        if (allowed.contains("text/plain") && allowed.size() == 1 && !item.base64()) {
            throw EnvelopeRejected.invalid("A pipe-and-hat payload must be base64.");
        }
    }

    private static void profile(Arrival in, ManifestItem item) {
        var service = in.requiredService();
        var profile = item.profileId();
        if (profile == null) {
            if (service.profileRequired()) {
                throw EnvelopeRejected.invalid("Service " + service.name() + " needs a profileid.");
            }
        } else if (!service.profiles().isEmpty() && !service.profiles().contains(profile)) {
            throw EnvelopeRejected.invalid(
                    "Profile " + quoted(profile) + " is not known on service " + service.name() + ".");
        }
    }

    /** H16. */
    static void interaction(Arrival in) {
        if (!in.requiredService().generic()) {
            return;
        }
        var interaction = in.header().interaction();
        if (interaction.isEmpty()) {
            throw EnvelopeRejected.invalid("A generic service needs an interaction.");
        }
        if (!in.directory.knowsInteraction(interaction.get())) {
            throw EnvelopeRejected.invalid("Interaction " + quoted(interaction.get()) + " is unknown.");
        }
    }

    /** Rules 16 and 24. */
    static void schema(Arrival in) {
        var problem = in.message.schemaProblem();
        if (problem != null) {
            throw EnvelopeRejected.invalid("The distribution envelope breaks its schema: " + problem + ".");
        }
    }
}
