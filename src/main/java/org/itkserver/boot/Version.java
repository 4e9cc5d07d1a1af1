package org.itkserver.boot;

import jakarta.servlet.ServletContext;
import java.io.IOException;
import java.util.Properties;

/** The version of this server, as its build wrote it down. */
final class Version {
    private static final String FILE = "/META-INF/maven/org.itkserver/itk-transport-server/pom.properties";

    private Version() {}

    static String of(ServletContext context) {
        try (var in = context.getResourceAsStream(FILE)) {
            var properties = new Properties();
            if (in != null) {
                properties.load(in);
            }
            return properties.getProperty("version", "unknown");
        } catch (IOException e) {
            return "unknown";
        }
    }
}
