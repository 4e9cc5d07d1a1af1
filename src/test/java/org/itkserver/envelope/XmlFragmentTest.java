package org.itkserver.envelope;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.ctc.wstx.stax.WstxInputFactory;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** XML that is put into an envelope says the same there as it did before. */
class XmlFragmentTest {
    private final XmlFragment fragments = new XmlFragment(new WstxInputFactory());

    @Test
    void onlyTheDeclarationIsLeftOut() {
        var rest = "<?xml-stylesheet href=\"x\"?><!-- c --><a>\u00f6</a><?end?>";
        assertEquals(rest, fragments.of(utf8(rest)));
        assertEquals(rest, fragments.of(utf8("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n" + rest + "\n")));
        assertEquals(rest, fragments.of(utf8("\ufeff<?xml\tversion=\"1.0\"?>" + rest)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTF8", "utf8", "us-ascii"})
    void otherNamesOfUtf8AreKnown(String encoding) {
        assertEquals(
                "<a>\u00f6</a>",
                fragments.of(utf8("<?xml version=\"1.0\" encoding=\"" + encoding + "\"?><a>\u00f6</a>")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"ISO-8859-1", "UTF-16", "windows-1252"})
    void anotherDeclaredEncodingIsRefused(String encoding) {
        var document = "<?xml version=\"1.0\" encoding=\"" + encoding + "\"?><a>\u00c3\u00b6</a>";
        assertThrows(EnvelopeRejected.class, () -> fragments.of(document.getBytes(Charset.forName(encoding))));
        assertThrows(EnvelopeRejected.class, () -> fragments.of(utf8(document)));
    }

    @Test
    void textWithoutItsDeclarationIsOtherwiseTheSame() {
        var text = "\ufeff<?xml version=\"1.0\" encoding=\"utf-16\"?>\n<a>\u00f6</a>";
        assertEquals("\n<a>\u00f6</a>", new String(XmlFragment.withoutDeclaration(utf8(text)), StandardCharsets.UTF_8));
        for (var none : new String[] {"", "<?xml", "<?xml ", "<?xml-x y?><a/>", "<a/>", " <?xml version='1.0'?><a/>"}) {
            assertEquals(none, new String(XmlFragment.withoutDeclaration(utf8(none)), StandardCharsets.UTF_8));
        }
    }

    @Test
    void xmlOneOneIsRefused() {
        assertThrows(EnvelopeRejected.class, () -> fragments.of(utf8("<?xml version=\"1.1\"?><a/>")));
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
