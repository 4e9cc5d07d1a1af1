/**
 * The console: server-rendered pages for people, behind a login. {@code boot} makes {@link org.itkserver.admin.AdminPages}
 * and registers it; requests pass {@code SecurityHeaders} and {@code Guard}, then reach a resource of
 * {@link org.itkserver.admin.AdminApplication}. Reads through the audit queries; whatever a person does here is an audit
 * event that is durable before the effect shows. No transactions of its own.
 */
@NullMarked
package org.itkserver.admin;

import org.jspecify.annotations.NullMarked;
