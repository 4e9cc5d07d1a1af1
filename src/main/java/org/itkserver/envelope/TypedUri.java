package org.itkserver.envelope;

import org.jspecify.annotations.Nullable;

/**
 * An address or identity of the envelope header: a URI and the OID that says what kind it is.
 *
 * @param type {@code @type}, null when absent (the default applies)
 * @param uri {@code @uri}, empty when missing (which the schema check reports)
 */
public record TypedUri(@Nullable String type, String uri) {

    /** Whether this is an ITK address: type absent or the default. */
    public boolean isItkAddress() {
        return type == null || type.equals(Namespaces.ITK_ADDRESS_TYPE);
    }

    /** Whether this is a Toolkit identity: type absent or the default (COR-DEH-04.7). */
    public boolean isItkIdentity() {
        return type == null || type.equals(Namespaces.ITK_IDENTITY_TYPE);
    }
}
