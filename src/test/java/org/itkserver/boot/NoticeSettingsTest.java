package org.itkserver.boot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.itkserver.connector.AlertMail;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The settings of who is told of alerts. */
class NoticeSettingsTest {
    private static final Map<String, String> MAIL = Map.of(
            "ITK_ALERT_MAIL_TO", "ops@trust.example, night@trust.example",
            "ITK_SMTP_HOST", "mail.trust.example",
            "ITK_SMTP_FROM", "itk@trust.example");

    @Test
    void nobodyIsToldUnlessSomebodyIsNamed() {
        var settings = Settings.of(Map.of());
        assertNull(settings.alertWebhook());
        assertNull(settings.alertMail());
    }

    @Test
    void whoIsTold() {
        var env = new HashMap<>(MAIL);
        env.put("ITK_ALERT_WEBHOOK", "https://chat.example/hook?key=s3cret");
        var settings = Settings.of(env);
        assertEquals(URI.create("https://chat.example/hook?key=s3cret"), settings.alertWebhook());
        assertEquals(
                new AlertMail.Settings(
                        "mail.trust.example",
                        25,
                        "itk@trust.example",
                        List.of("ops@trust.example", "night@trust.example")),
                settings.alertMail());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1 hour", "PT0S", "PT0.5S", "-PT1H", "P8D"})
    void aWrongTimeBetweenRunsOfTheDestructionIsNamed(String value) {
        var refused = assertThrows(
                IllegalArgumentException.class, () -> Settings.of(Map.of("ITK_RETENTION_INTERVAL", value)));
        assertTrue(refused.getMessage().startsWith("ITK_RETENTION_INTERVAL="), refused.getMessage());
        assertEquals(java.time.Duration.ofHours(1), Settings.of(Map.of()).retentionInterval());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "chat.example/s3cret", "ftp://chat.example/s3cret", "https:///s3cret", "http://a b/s3cret"})
    void aWebhookThatIsNoneIsRefusedWithoutShowingIt(String value) {
        var refused =
                assertThrows(IllegalArgumentException.class, () -> Settings.of(Map.of("ITK_ALERT_WEBHOOK", value)));
        assertTrue(refused.getMessage().startsWith("ITK_ALERT_WEBHOOK "));
        assertFalse(refused.getMessage().contains("s3cret"));
    }

    @ParameterizedTest
    @CsvSource({
        "ITK_SMTP_HOST, ''",
        "ITK_SMTP_PORT, 0",
        "ITK_SMTP_PORT, 65536",
        "ITK_SMTP_FROM, ''",
        "ITK_SMTP_FROM, nobody",
        "ITK_ALERT_MAIL_TO, 'ops@trust.example,,night@trust.example'",
        "ITK_ALERT_MAIL_TO, 'Ops <ops@trust.example>'",
    })
    void aWrongMailSettingIsNamed(String name, String value) {
        var env = new HashMap<>(MAIL);
        env.put(name, value);
        var refused = assertThrows(IllegalArgumentException.class, () -> Settings.of(env));
        assertTrue(refused.getMessage().contains(name), refused.getMessage());
    }
}
