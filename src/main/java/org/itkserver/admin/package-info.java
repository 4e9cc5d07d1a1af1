/**
 * The console: server-rendered pages for people, behind a login. {@code boot} makes {@link org.itkserver.admin.AdminPages}
 * and registers it; requests pass {@code SecurityHeaders} (what browsers may do with our pages), {@code Guard} (who it is,
 * and whether a form is ours) and {@code Rules} (what this person may do), then reach a resource of
 * {@link org.itkserver.admin.AdminApplication}. Each resource method says with {@code @Needs} whom it is for. Who is signed
 * in is behind the interface {@code SignIn}: signing in with OpenID Connect would be another implementation of it, with a
 * resource of its own at {@code Guard.LOGIN} that is {@code @Open}, and nothing else would change. Reads through the audit queries; whatever a person does here is an audit
 * event that is durable before the effect shows. No transactions of its own.
 */
@NullMarked
package org.itkserver.admin;

import org.jspecify.annotations.NullMarked;
