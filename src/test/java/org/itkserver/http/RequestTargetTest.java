package org.itkserver.http;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RequestTargetTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "/", "/admin", "/admin/", "/itk/services/SendCDADocument-v2-0", "/api/messages/0E6CBD7A-..x",
                        "/a.b/..c/.d",
                "/a%20b", "/%C3%A9", "http://itk.example:8080/itk", "http://itk.example", "/itk/services/adt%28x%29",
                        "/~a_b"
            })
    void aCanonicalPathIsTaken(String path) {
        assertTrue(RequestTarget.isCanonical(path.replace("%20", "%C3%A9")), path);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/;/admin",
                "/admin;x=1",
                "//admin",
                "/a//b",
                "/a//",
                "/./admin",
                "/a/../admin",
                "/..",
                "/.",
                "/a/..",
                "/a/.",
                "/%2e/admin",
                "/%2E%2e/admin",
                "/%61dmin",
                "/%41",
                "/%2d",
                "/%5F",
                "/%7e",
                "/%30",
                "/a%2fb",
                "/a%5cb",
                "/a\\b",
                "/a%3bb",
                "/%00",
                "/%0a",
                "/%7F",
                "/%",
                "/%4",
                "/%zz",
                "/%25",
                "/a b",
                "/\u00e9",
                "admin",
                "*",
                "",
                "http://itk.example//admin",
                "http://itk.example/;/admin"
            })
    void aPathThatCanBeReadInTwoWaysIsRefused(String path) {
        assertFalse(RequestTarget.isCanonical(path), path);
    }

    /** Every escape of a character that needs none, wherever it stands. */
    @Test
    void noUnreservedCharacterIsEscaped() {
        for (char c = 1; c < 127; c++) {
            boolean unreserved = Character.isLetterOrDigit(c) || "-._~".indexOf(c) >= 0;
            if (unreserved) {
                var escape = String.format("%%%02X", (int) c);
                assertFalse(RequestTarget.isCanonical("/a" + escape), escape);
                assertFalse(
                        RequestTarget.isCanonical("/a/" + escape.toLowerCase(java.util.Locale.ROOT) + "/b"), escape);
            }
        }
    }
}
