package org.itkserver.boot.launch;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LaunchSettingsTest {
    @TempDir
    Path folder;

    private Map<String, String> env(String... pairs) {
        var env = new HashMap<String, String>();
        env.put("ITK_HOME", folder.resolve("home").toString());
        for (int i = 0; i < pairs.length; i += 2) {
            env.put(pairs[i], pairs[i + 1]);
        }
        return env;
    }

    @Test
    void defaultsAreLoopback8080() throws Exception {
        var arguments = LaunchSettings.arguments(env());
        assertTrue(arguments.contains("-Ditk.bind=127.0.0.1") && arguments.contains("-Ditk.http.port=8080"));
    }

    @Test
    void plainHttpBeyondLoopbackMustBeAskedFor() throws Exception {
        var refused = assertThrows(
                LaunchSettings.BadSetting.class, () -> LaunchSettings.arguments(env("ITK_BIND", "0.0.0.0")));
        assertTrue(refused.getMessage().contains("ITK_ALLOW_PLAIN_HTTP"));
        assertTrue(LaunchSettings.arguments(env("ITK_BIND", "0.0.0.0", "ITK_ALLOW_PLAIN_HTTP", "true"))
                .contains("-Ditk.bind=0.0.0.0"));
    }

    @ParameterizedTest
    @CsvSource({
        "ITK_HTTP_PORT,0",
        "ITK_HTTP_PORT,65536",
        "ITK_HTTP_PORT,http",
        "ITK_BIND,not a host",
        "ITK_DB_URL,jdbc:h2:mem:x",
        "ITK_DB_USER,somebody",
        "ITK_DB_OWNER_USER,somebody",
        "ITK_DB_OWNER_PASSWORD,secret",
        "ITK_MAX_MESSAGE,-1MB",
        "ITK_MAX_SIGNED,8 megabytes",
        "ITK_PUBLIC_URL,itk.example",
        "ITK_TO_ALIASES,http://a/path"
    })
    void aWrongValueNamesItsVariable(String name, String value) {
        var refused = assertThrows(LaunchSettings.BadSetting.class, () -> LaunchSettings.arguments(env(name, value)));
        assertTrue(refused.getMessage().startsWith(name), refused.getMessage());
    }

    @Test
    void theOwnerIsAnotherRoleThanTheApplications() throws Exception {
        var url = "jdbc:postgresql://db/itk";
        var same = env("ITK_DB_URL", url, "ITK_DB_USER", "itk", "ITK_DB_OWNER_USER", "itk");
        var refused = assertThrows(LaunchSettings.BadSetting.class, () -> LaunchSettings.arguments(same));
        assertTrue(refused.getMessage().startsWith("ITK_DB_OWNER_USER"));
        LaunchSettings.arguments(env("ITK_DB_URL", url, "ITK_DB_USER", "itk", "ITK_DB_OWNER_USER", "owner"));
    }
}
