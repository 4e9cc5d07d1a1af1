package org.itkserver.it;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.tools.ws.wscompile.WsimportTool;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaFileObject;
import javax.tools.ToolProvider;
import org.apache.cxf.tools.common.ToolContext;
import org.apache.cxf.tools.wsdlto.WSDLToJava;

/** What a partner's tool makes of a WSDL that is served; it has been compiled. */
final class GeneratedClient {
    private static final Pattern PORT = Pattern.compile("@WebEndpoint\\(name = \"([^\"]+)\"\\)");
    private static final Pattern ACTION = Pattern.compile("@WebMethod\\([^)]*action = \"([^\"]+)\"");

    private final String code;

    private GeneratedClient(String code) {
        this.code = code;
    }

    /** By Apache CXF. */
    static GeneratedClient cxf(String url, Path folder) throws Exception {
        new WSDLToJava(new String[] {"-d", folder.toString(), url}).run(new ToolContext());
        return compiled(folder);
    }

    /** By Metro, as strict as it is without {@code -extension}. */
    static GeneratedClient metro(String url, Path folder) throws IOException {
        var said = new ByteArrayOutputStream();
        String[] arguments = {"-Xnocompile", "-s", folder.toString(), "-d", folder.toString(), url};
        assertTrue(new WsimportTool(said).run(arguments), said::toString);
        return compiled(folder);
    }

    private static GeneratedClient compiled(Path folder) throws IOException {
        var compiler = ToolProvider.getSystemJavaCompiler();
        List<File> sources;
        try (var files = Files.walk(folder)) {
            sources = files.filter(file -> file.toString().endsWith(".java"))
                    .map(Path::toFile)
                    .toList();
        }
        var problems = new DiagnosticCollector<JavaFileObject>();
        var options =
                List.of("-proc:none", "-d", folder.toString(), "-classpath", System.getProperty("java.class.path"));
        try (var manager = compiler.getStandardFileManager(problems, null, null)) {
            var units = manager.getJavaFileObjectsFromFiles(sources);
            boolean good = compiler.getTask(null, manager, problems, options, null, units)
                    .call();
            assertTrue(good, () -> problems.getDiagnostics().toString());
        }
        var code = new StringBuilder();
        for (var source : sources) {
            code.append(Files.readString(source.toPath()));
        }
        return new GeneratedClient(code.toString());
    }

    /** The ports it can call. */
    Set<String> ports() {
        return found(PORT);
    }

    /** The SOAPActions it sends. */
    Set<String> actions() {
        return found(ACTION);
    }

    private Set<String> found(Pattern pattern) {
        return pattern.matcher(code).results().map(m -> m.group(1)).collect(Collectors.toSet());
    }
}
