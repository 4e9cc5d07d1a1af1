package org.itkserver.envelope;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlainTextTest {
    @ParameterizedTest
    @ValueSource(strings = {"", "a", "Zo\u00eb", "\uD83D\uDE00", "a\tb\r\n"})
    void isText(String text) {
        assertTrue(PlainText.isStorable(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\0", "a\0b", "\uD800", "\uDC00", "\uD83Dx", "x\uDE00", "\uDE00\uD83D", "\uFFFD"})
    void isNone(String text) {
        assertFalse(PlainText.isStorable(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/api/messages", "/a%20b", "x=%C3%AB", "%F0%9F%98%80", "a=%25"})
    void isTextInAUrl(String raw) {
        assertTrue(PlainText.isStorableUrl(raw));
    }

    @ParameterizedTest
    @ValueSource(strings = {"%00", "a%00", "%ff", "%C0%80", "%ED%A0%80", "%", "%4", "%4g", "a%E2%82", "\u00eb"})
    void isNoneInAUrl(String raw) {
        assertFalse(PlainText.isStorableUrl(raw));
    }
}
