import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;

/**
 * Takes a bootable jar apart, or makes another of it that runs a different WAR on the same server.
 *
 * <p>The jar holds {@code wildfly.zip}; in it the WAR lies under its SHA-1 in the content folder, and
 * {@code standalone.xml} names that SHA-1.
 */
public final class Repackage {
    private static final String USAGE =
            "usage: java Repackage.java unpack SERVER.jar FOLDER | swap SERVER.jar OTHER.war OUT.jar";
    private static final String SERVER = "wildfly.zip";
    private static final String CONFIGURATION = "standalone/configuration/standalone.xml";
    private static final Pattern CONTENT = Pattern.compile("standalone/data/content/(..)/([0-9a-f]{38})/content");
    private static final Pattern SERVLET_API = Pattern.compile(".*/jakarta/servlet/api/main/[^/]+\\.jar");

    private Repackage() {}

    public static void main(String[] args) throws IOException {
        if (args.length == 3 && args[0].equals("unpack")) {
            unpack(Path.of(args[1]), Path.of(args[2]));
        } else if (args.length == 4 && args[0].equals("swap")) {
            swap(Path.of(args[1]), Files.readAllBytes(Path.of(args[2])), Path.of(args[3]));
        } else {
            System.err.println(USAGE);
            System.exit(2);
        }
    }

    /** Writes the WAR's content to FOLDER/war and the servlet API to FOLDER/servlet-api.jar. */
    private static void unpack(Path jar, Path folder) throws IOException {
        try (var in = new ZipInputStream(Files.newInputStream(jar))) {
            seek(in);
            var server = new ZipInputStream(in);
            for (var entry = server.getNextEntry(); entry != null; entry = server.getNextEntry()) {
                if (CONTENT.matcher(entry.getName()).matches()) {
                    explode(new ZipInputStream(server), folder.resolve("war"));
                } else if (SERVLET_API.matcher(entry.getName()).matches()) {
                    Files.createDirectories(folder);
                    Files.write(folder.resolve("servlet-api.jar"), server.readAllBytes());
                }
            }
        }
    }

    private static void seek(ZipInputStream in) throws IOException {
        for (var entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
            if (entry.getName().equals(SERVER)) {
                return;
            }
        }
        throw new IOException("no " + SERVER + " in it: not a bootable jar");
    }

    private static void explode(ZipInputStream war, Path folder) throws IOException {
        for (var entry = war.getNextEntry(); entry != null; entry = war.getNextEntry()) {
            var file = folder.resolve(entry.getName()).normalize();
            if (!entry.isDirectory() && file.startsWith(folder)) {
                Files.createDirectories(file.getParent());
                Files.write(file, war.readAllBytes());
            }
        }
    }

    private static void swap(Path jar, byte[] war, Path out) throws IOException {
        var old = contentHash(jar);
        var hash = sha1(war);
        try (var from = new ZipInputStream(Files.newInputStream(jar));
                var to = zip(Files.newOutputStream(out))) {
            for (var entry = from.getNextEntry(); entry != null; entry = from.getNextEntry()) {
                to.putNextEntry(new ZipEntry(entry.getName()));
                if (entry.getName().equals(SERVER)) {
                    swapInServer(new ZipInputStream(from), zip(keepOpen(to)), war, old, hash);
                } else {
                    from.transferTo(to);
                }
                to.closeEntry();
            }
        }
    }

    private static void swapInServer(ZipInputStream from, ZipOutputStream to, byte[] war, String old, String hash)
            throws IOException {
        for (var entry = from.getNextEntry(); entry != null; entry = from.getNextEntry()) {
            var name = entry.getName();
            to.putNextEntry(new ZipEntry(name.replace(folder(old), folder(hash))));
            if (CONTENT.matcher(name).matches()) {
                to.write(war);
            } else if (name.equals(CONFIGURATION)) {
                to.write(text(from).replace(old, hash).getBytes(StandardCharsets.UTF_8));
            } else {
                from.transferTo(to);
            }
            to.closeEntry();
        }
        to.finish();
    }

    private static String contentHash(Path jar) throws IOException {
        try (var in = new ZipInputStream(Files.newInputStream(jar))) {
            seek(in);
            var server = new ZipInputStream(in);
            for (var entry = server.getNextEntry(); entry != null; entry = server.getNextEntry()) {
                var content = CONTENT.matcher(entry.getName());
                if (content.matches()) {
                    return content.group(1) + content.group(2);
                }
            }
        }
        throw new IOException("no deployment in it");
    }

    private static String folder(String hash) {
        return "content/" + hash.substring(0, 2) + "/" + hash.substring(2) + "/";
    }

    private static String text(InputStream in) throws IOException {
        return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }

    private static ZipOutputStream zip(OutputStream out) {
        var zip = new ZipOutputStream(out);
        zip.setLevel(Deflater.BEST_SPEED);
        return zip;
    }

    private static OutputStream keepOpen(OutputStream out) {
        return new FilterOutputStream(out) {
            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                out.write(bytes, offset, length);
            }

            @Override
            public void close() {}
        };
    }

    private static String sha1(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-1").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-1", e);
        }
    }
}
