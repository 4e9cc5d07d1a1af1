/**
 * The relational store on H2 and PostgreSQL: migrations, group commit, queries. The only package that speaks JDBC. Every
 * write of messages, work and audit events goes through {@code Committer}, one transaction per group.
 */
@NullMarked
package org.itkserver.store;

import org.jspecify.annotations.NullMarked;
