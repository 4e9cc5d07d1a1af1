package org.itkserver.soap;

import java.util.List;
import java.util.function.Consumer;

/** The order of the checks (H3): the first that fails decides. */
final class CheckOrder {
    private CheckOrder() {}

    /** What every message that is not about a queue goes through, in the order of H3. */
    static List<Consumer<Arrival>> ofMessages(
            SoapChecks soap, IdentityChecks identity, Rates rates, SignatureCheck signature) {
        return List.of(
                SoapChecks::version,
                SoapChecks::mustUnderstand,
                SoapChecks::onlyOnce,
                SoapChecks::structure,
                EnvelopeChecks::present,
                EnvelopeChecks::ids,
                EnvelopeChecks::counts,
                IdentityChecks::timestampForm,
                SoapChecks::blankAttributes,
                IdentityChecks::username,
                rates::check,
                signature::verify,
                EnvelopeChecks::strictPayload,
                SoapChecks::action,
                SoapChecks::messageId,
                EnvelopeChecks::payloadIds,
                IdentityChecks::auditIdentity,
                soap::to,
                SoapChecks::replyTo,
                identity::timestampWindow,
                EnvelopeChecks::manifest,
                EnvelopeChecks::interaction,
                IdentityChecks::addresses,
                EnvelopeChecks::schema);
    }
}
