/** Tests against the real bootable JAR over HTTP, and what they share. */
package org.itkserver.it;
