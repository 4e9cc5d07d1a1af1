/**
 * The REST API: JSON for local applications that know no SOAP. {@code boot} makes {@link org.itkserver.api.RestApi} and
 * registers it; requests pass {@code Gate}, which knows the applications by their tokens, then reach a resource of
 * {@link org.itkserver.api.ApiApplication}. Whatever goes wrong is a {@code Problem} (RFC 9457). What it promises stands in
 * {@code openapi.yaml}; the integration tests hold every answer to that. No transactions of its own.
 */
@NullMarked
package org.itkserver.api;

import org.jspecify.annotations.NullMarked;
