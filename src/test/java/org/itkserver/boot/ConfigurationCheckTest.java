package org.itkserver.boot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the launcher says of settings, without a process for each; {@code StartMistakesIT} starts the jar with others. */
class ConfigurationCheckTest {
    @TempDir
    Path home;

    private List<String> mistakes(Map<String, String> own) {
        var set = new HashMap<>(own);
        set.put("ITK_HOME", home.resolve("home").toString());
        var env = Environment.of(set);
        return Stream.concat(env.mistakes().stream(), ConfigurationCheck.mistakes(env.values()).stream())
                .toList();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    ITK_TLS_KEYSTROE|x|did you mean ITK_TLS_KEYSTORE
                    ITK_CONTENT_KEY_FIEL|x|did you mean ITK_CONTENT_KEY_FILE
                    ITK_RETENION_INTERVAL|P1D|did you mean ITK_RETENTION_INTERVAL
                    ITK_SEND_TIMEOUT|-PT1S|ITK_SEND_TIMEOUT=-PT1S is not a positive duration
                    ITK_SYNC_DEADLINE|20|ITK_SYNC_DEADLINE=20 is not a positive duration
                    ITK_QUEUE_TIMEOUT|0s|ITK_QUEUE_TIMEOUT=0s is not a positive duration
                    ITK_RETRY_FIRST|PT0S|ITK_RETRY_FIRST=PT0S is not a positive duration
                    ITK_CLOCK_SKEW|five minutes|ITK_CLOCK_SKEW=five minutes is not a positive duration
                    ITK_LEASE|10s|is less than twice ITK_SEND_TIMEOUT
                    ITK_RETRY_ATTEMPTS|0|is not a number from 1 to 9999
                    ITK_MAX_MESSAGE|64 megabytes|is not a size: write it like 64MB
                    ITK_REQUESTS|many|is not a number from 1 to 9999
                    ITK_CONNECTIONS_PER_ADDRESS|0|is not a number from 1 to 9999
                    ITK_MAX_SIGNED|-8MB|is not a size: write it like 64MB
                    ITK_BYTES_IN_FLIGHT|x|is not a size: write it like 64MB
                    ITK_ALERT_MAIL_TO|a@b|ITK_ALERT_MAIL_TO needs ITK_SMTP_HOST
                    ITK_PROXY_CERTIFICATES|CN=proxy|ITK_PROXY_CERTIFICATES is set but ITK_TLS_KEYSTORE is not
                    """)
    void aWrongSettingIsOneSentence(String name, String value, String sentence) {
        var found = mistakes(Map.of(name, value));
        assertEquals(1, found.size(), found.toString());
        assertTrue(found.get(0).contains(sentence), found.get(0));
    }

    @Test
    void goodSettingsHaveNoMistakes() {
        assertEquals(
                List.of(),
                mistakes(Map.of("ITK_CONNECTIONS_PER_ADDRESS", "1000", "ITK_RETRY_FIRST", "2s", "ITK_NODE", " ")));
    }
}
