package org.itkserver.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.UUID;
import java.util.regex.Pattern;

/** A message of {@code samples/} with its placeholders filled. */
public final class Sample {
    private static final Pattern ACTION = Pattern.compile("<wsa:Action[^>]*>([^<]+)</wsa:Action>");
    private static final Pattern ID = Pattern.compile("\\{\\{(payloadId\\d*|timestampId)}}");

    private final String template;

    private Sample(String template) {
        this.template = template;
    }

    /** @param name file name without {@code .xml} */
    public static Sample of(String name) {
        try {
            var folder = Path.of(System.getProperty("itk.basedir", "."), "samples");
            return new Sample(Files.readString(folder.resolve(name + ".xml")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static String uuid() {
        return UUID.randomUUID().toString().toUpperCase(Locale.ROOT);
    }

    public String action() {
        var m = ACTION.matcher(template);
        if (!m.find()) {
            throw new IllegalStateException("no Action");
        }
        return m.group(1).trim();
    }

    public boolean isSoap12() {
        return template.contains("http://www.w3.org/2003/05/soap-envelope");
    }

    /** The fixed address of its service below the host. */
    public String path() {
        var name = action().substring(action().lastIndexOf(':') + 1);
        var version = isSoap12() ? "12" : "11";
        return switch (name) {
            case "sendDistEnvelope" -> "/itk/services/ITKServReq/" + version;
            case "sendRecvDistEnvelope" -> "/itk/services/ITKServReqRes/" + version;
            default -> "/itk/services/" + name;
        };
    }

    /** A message with this tracking id and everything else fresh; payload ids follow from the tracking id. */
    public String fill(String to, String trackingId) {
        var now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        var filled = template.replace("{{messageId}}", uuid())
                .replace("{{trackingId}}", trackingId)
                .replace("{{to}}", to)
                .replace("{{created}}", now.toString())
                .replace("{{expires}}", now.plus(10, ChronoUnit.MINUTES).toString());
        return ID.matcher(filled).replaceAll(m -> UUID.nameUUIDFromBytes((trackingId + m.group(1)).getBytes())
                .toString()
                .toUpperCase(Locale.ROOT));
    }

    /** Posts a filled message to its own address. */
    public Wire.Reply send(String base, String trackingId) {
        return post(base, fill(base + path(), trackingId));
    }

    public Wire.Reply post(String base, String message) {
        return isSoap12() ? Wire.post12(base + path(), action(), message) : Wire.post(base + path(), action(), message);
    }
}
