/**
 * The ITK web service transport: endpoints and WSDLs by CXF, the chain of checks every message passes, answers and
 * faults. The only package that knows CXF. Makes no business decision: the use cases do. No transactions.
 */
@NullMarked
package org.itkserver.soap;

import org.jspecify.annotations.NullMarked;
