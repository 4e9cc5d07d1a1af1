/** XML signatures of WS-Security: verifies what comes, signs what leaves. The only trees in the server are built here. */
@NullMarked
package org.itkserver.soap.signature;

import org.jspecify.annotations.NullMarked;
