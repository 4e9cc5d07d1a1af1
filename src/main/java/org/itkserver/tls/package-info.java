/**
 * Keys, trusted certificates and revocation lists from files that may change while the server runs. Knows the JDK only: the
 * listener uses it before the application is there.
 */
@NullMarked
package org.itkserver.tls;

import org.jspecify.annotations.NullMarked;
