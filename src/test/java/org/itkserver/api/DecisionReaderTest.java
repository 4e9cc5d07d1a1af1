package org.itkserver.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DecisionReaderTest {
    private static DecisionReader.Decision read(String body) throws IOException {
        return DecisionReader.read(
                new ByteArrayInputStream(body.replace('\'', '"').getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void outcomeAndDetailAreRead() throws IOException {
        var decision = read("{'detail':'no such patient','outcome':'reject'}");

        assertEquals("reject", decision.outcome());
        assertEquals("no such patient", decision.detail());
        assertNull(read("{'outcome':'accepted','detail':null}").detail());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            textBlock =
                    """
            {}                                     | outcome is missing.
            {'outcome':null}                       | outcome must be a string.
            {'outcome':'AA'}                       | outcome must be one of accepted, error and reject.
            {'outcome':'accepted','detail':1}      | detail must be a string.
            {'outcome':'reject','detail':'a\\u0000b'} | detail must be text without control characters.
            {'outcome':'reject','why':'x'}         | why is unknown here.
            """)
    void whatIsNoDecisionIsRefused(String body, String detail) {
        assertEquals(detail, assertThrows(Problem.class, () -> read(body)).getMessage());
    }
}
