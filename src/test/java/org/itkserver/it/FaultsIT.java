package org.itkserver.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The quick part of the fault harness: a kill -9 under load with its checker, and the proof that the checker can fail. */
class FaultsIT {

    @Test
    @Timeout(value = 15, unit = TimeUnit.MINUTES)
    void nothingIsLostInAKillUnderLoad() throws IOException, InterruptedException {
        var project = Path.of(System.getProperty("itk.basedir", ".")).toAbsolutePath();
        var builder = new ProcessBuilder("bench/faults/run", "--short", "f01", "1", "selftest")
                .directory(project.toFile())
                .redirectErrorStream(true);
        builder.environment().put("FAULTS_RECORD", "no");
        builder.environment()
                .put(
                        "ITK_JAR",
                        project.resolve(System.getProperty("itk.jar", "target/itk-transport-server-bootable.jar"))
                                .toString());
        var process = builder.start();
        try {
            var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertEquals(0, process.waitFor(), output);
        } finally {
            process.destroy();
        }
    }
}
