package org.itkserver.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class RawTextTest {
    private static RawText read(byte[] bytes) throws IOException {
        return RawText.read(new ByteArrayInputStream(bytes));
    }

    @Test
    void aSmallMessageIsShownWhole() throws IOException {
        assertEquals(new RawText("<a>£</a>", false), read("<a>£</a>".getBytes(StandardCharsets.UTF_8)));
        assertEquals(new RawText("", false), read(new byte[0]));
    }

    @Test
    void utf16IsReadByItsByteOrderMark() throws IOException {
        assertEquals(
                "<a>£</a>", read("<a>£</a>".getBytes(StandardCharsets.UTF_16)).text());
    }

    @Test
    void utf16WithoutAMarkIsReadByItsFirstCharacter() throws IOException {
        for (var charset : List.of(StandardCharsets.UTF_16BE, StandardCharsets.UTF_16LE)) {
            assertEquals(new RawText("<a>£</a>", false), read("<a>£</a>".getBytes(charset)));
        }
    }

    @Test
    void aByteThatIsNotACharacterIsShownByItsValue() throws IOException {
        var shown = read(new byte[] {'a', (byte) 0xC3, 0, 'b', (byte) 0xB5});
        assertEquals("a[byte C3]\uFFFDb[byte B5]", shown.text());
        assertTrue(shown.escaped());
    }

    @Test
    void aTextOfManyBlocksIsWhole() throws IOException {
        var text = "<a>" + "£x\uD83D\uDE00".repeat(9_000) + "</a>";
        assertEquals(text, read(text.getBytes(StandardCharsets.UTF_8)).text());
    }

    @Test
    void aLargeMessageIsCutBetweenCharacters() throws IOException {
        var text = "x" + "£".repeat(RawText.MOST_BYTES / 2);

        var shown = read(text.getBytes(StandardCharsets.UTF_8));

        assertTrue(shown.cut());
        assertEquals(text.substring(0, RawText.MOST_BYTES / 2), shown.text());
    }

    @Test
    void aMessageOfExactlyThatSizeIsNotCut() throws IOException {
        assertFalse(read(new byte[RawText.MOST_BYTES]).cut());
    }
}
