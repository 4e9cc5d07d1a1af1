import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.zip.ZipInputStream;

/**
 * Runs the server's own check of the audit trail without the server: unpacks its classes from the jar into a folder that
 * goes when the check ends. Needs a JDK and the jar; {@code ITK_JAR} names another one than the built one.
 */
public final class VerifyAudit {
    private static final int UNUSABLE = 2;
    private static final String CHECK = "org.itkserver.boot.VerifyAudit";
    private static final List<String> LIBRARIES = List.of("h2-", "postgresql-", "aircompressor-", "jspecify-");

    public static void main(String[] arguments) throws Exception {
        var jar = jar();
        if (jar == null) {
            System.out.println(
                    "verify-audit: the server's jar is not there: build it with mvn package, or set ITK_JAR.");
            System.exit(UNUSABLE);
        }
        var folder = Files.createTempDirectory("verify-audit");
        Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(folder)));
        unpack(jar, folder);
        var loader = new URLClassLoader(urls(folder), ClassLoader.getPlatformClassLoader());
        Thread.currentThread().setContextClassLoader(loader);
        loader.loadClass(CHECK).getMethod("main", String[].class).invoke(null, (Object) arguments);
    }

    private static Path jar() {
        var named = System.getenv("ITK_JAR");
        var name = "itk-transport-server-bootable.jar";
        var here = System.getProperty("verify-audit.folder", "bin");
        var places = named != null
                ? List.of(Path.of(named))
                : List.of(Path.of(here, "..", "target", name), Path.of(here, name), Path.of(name));
        return places.stream().filter(Files::isRegularFile).findFirst().orElse(null);
    }

    /** The jar holds a zip of the server, which holds the application's WAR. */
    private static void unpack(Path jar, Path folder) throws IOException {
        try (var in = new ZipInputStream(Files.newInputStream(jar))) {
            find(in, "wildfly.zip");
            var server = new ZipInputStream(in);
            find(server, "/content");
            var war = new ZipInputStream(server);
            for (var entry = war.getNextEntry(); entry != null; entry = war.getNextEntry()) {
                var name = entry.getName();
                if (!entry.isDirectory() && isNeeded(name)) {
                    copy(war, folder, name.substring("WEB-INF/".length()));
                }
            }
        }
    }

    private static void find(ZipInputStream in, String end) throws IOException {
        for (var entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
            if (!entry.isDirectory() && ("/" + entry.getName()).endsWith(end)) {
                return;
            }
        }
        throw new IOException("this is not the server's jar: it has no " + end);
    }

    private static boolean isNeeded(String name) {
        return name.startsWith("WEB-INF/classes/org/itkserver/")
                || name.startsWith("WEB-INF/lib/")
                        && LIBRARIES.stream().anyMatch(library -> name.startsWith("WEB-INF/lib/" + library));
    }

    private static void copy(InputStream in, Path folder, String name) throws IOException {
        var file = folder.resolve(name).normalize();
        if (!file.startsWith(folder)) {
            throw new IOException("a name in the jar leaves its folder");
        }
        Files.createDirectories(file.getParent());
        Files.copy(in, file);
    }

    private static URL[] urls(Path folder) throws IOException {
        var out = new ArrayList<URL>();
        out.add(folder.resolve("classes").toUri().toURL());
        try (var libraries = Files.newDirectoryStream(folder.resolve("lib"), "*.jar")) {
            for (var library : libraries) {
                out.add(library.toUri().toURL());
            }
        }
        return out.toArray(new URL[0]);
    }

    private static void delete(Path folder) {
        try (var files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
        } catch (IOException e) {
            // the folder stays in the temporary directory; nothing else can be done on the way out
        }
    }
}
