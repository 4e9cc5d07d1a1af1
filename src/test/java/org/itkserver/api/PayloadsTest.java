package org.itkserver.api;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PayloadsTest {
    @ParameterizedTest
    @ValueSource(strings = {"text/xml", "application/cda+xml", "application/vnd.ms-excel", "text/x-hl7-ft"})
    void aMediaTypeIsPassedOn(String declared) {
        assertEquals(declared, Payloads.mediaType(declared));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "text",
                "text/",
                "/xml",
                "text/html\r\nX-Evil: 1",
                "text/xml;charset=x",
                "a b/c",
                "t\u00e9xt/xml"
            })
    void anythingElseIsBytes(String declared) {
        assertEquals("application/octet-stream", Payloads.mediaType(declared));
    }
}
