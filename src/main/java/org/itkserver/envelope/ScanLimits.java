package org.itkserver.envelope;

/**
 * Structural limits; a message that passes one is refused with 1000 before anything is built from it (H4).
 *
 * @param depth deepest element
 * @param elements most elements in a message
 * @param attributes most attributes on one element
 * @param namespaces most namespace declarations on one element
 * @param allNamespaces most namespace declarations in a message
 * @param name longest name, in characters
 * @param names most different names of elements, attributes and processing instructions after this many names of any kind
 * @param headerAttribute longest attribute of a header element, in characters
 * @param payloadAttribute longest attribute of any element, in characters
 * @param headerText longest text of a header field, in characters
 * @param headerBytes largest SOAP header, and largest envelope header, in characters
 */
public record ScanLimits(
        int depth,
        int elements,
        int attributes,
        int namespaces,
        int allNamespaces,
        int name,
        int names,
        int headerAttribute,
        int payloadAttribute,
        int headerText,
        int headerBytes) {

    public static final ScanLimits DEFAULT =
            new ScanLimits(64, 2_000_000, 64, 32, 2000, 256, 1000, 8192, 65_535, 1024, 65_536);
}
