package org.itkserver.connector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 7303: the charset parameter decides what a back end's XML says. */
class XmlReplyTest {
    private static final String XML = "<a>\u00f6\u00df</a>";

    @ParameterizedTest
    @CsvSource({
        "text/xml; charset=ISO-8859-1, ISO-8859-1",
        "application/xml;charset=\"utf-16\", UTF-16",
        "application/xml;charset=''utf-16'', UTF-16",
        "text/xml; charset=UTF-8, UTF-8",
        "text/xml; x=y; Charset=windows-1252, windows-1252",
        "text/xml, UTF-8"
    })
    void theCharsetParameterIsUsed(String contentType, String charset) {
        var declared = "<?xml version=\"1.0\" encoding=\"" + charset + "\"?>" + XML;
        for (var text : new String[] {XML, declared}) {
            var read = XmlReply.utf8(text.getBytes(Charset.forName(charset)), contentType);
            var out = new String(java.util.Objects.requireNonNull(read), StandardCharsets.UTF_8);
            assertEquals(XML, charset.equals("UTF-8") ? out.substring(out.indexOf("<a>")) : out);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"text/xml; charset=klingon", "text/xml; charset=", "text/xml; charset=utf-16"})
    void aCharsetThatIsUnknownOrWrongIsNotGuessed(String contentType) {
        assertNull(XmlReply.utf8(new byte[] {'<', 'a', '>', (byte) 0xd8, 0}, contentType));
    }
}
