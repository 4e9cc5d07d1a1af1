package org.itkserver.envelope;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where the addresses lie in the bytes of an envelope's header. */
class AddressRangesTest {

    /** The text of each range. */
    private static List<String> found(String header, Charset charset) {
        var bytes = header.getBytes(charset);
        return AddressRanges.of(bytes, charset).stream()
                .map(r -> new String(Arrays.copyOfRange(bytes, (int) r.start(), (int) r.end()), charset))
                .toList();
    }

    private static List<String> found(String header) {
        return found(header, StandardCharsets.UTF_8);
    }

    private static String list(String content) {
        return "<i:header><i:addresslist>" + content + "</i:addresslist><i:senderAddress uri='s'/></i:header>";
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<i:address uri=\"a\"/>",
                "<i:address uri=\"a\" />",
                "<i:address uri=\"a\"></i:address>",
                "<i:address uri=\"a\" ></i:address >",
                "<i:address\n\turi = 'a'\r\n/>",
                "<address xmlns='urn:nhs-itk:ns:201005' uri='a'/>",
                "<a.b-c_1:address uri='a'/>",
                "<i:address type='1.2.3' uri='a>b'/>",
                "<i:address uri='a/>b'/>",
                "<i:address uri='a\"/>' type=\"it's>\"/>",
                "<i:address uri='a'> <!-- > <i:address uri='x'/> --> </i:address>",
                "<i:address uri='a'><![CDATA[</i:address>]]></i:address>",
                "<i:address uri='caf\u00e9 \ud83c\udfe5'/>",
                "<i:address uri='a&gt;&#x3e;&quot;'/>",
                "<i:address uri=''/>"
            })
    void anAddressIsFoundFromItsStartToItsEnd(String address) {
        assertEquals(List.of(address), found(list(address)));
        assertEquals(List.of(address, address), found(list("\n " + address + "<!---->" + address + "\n")));
        for (var charset : List.of(StandardCharsets.UTF_16BE, StandardCharsets.UTF_16LE)) {
            assertEquals(List.of(address, address), found(list("\ud83c\udfe5" + address + address), charset));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<i:header/>",
                "<i:header><i:addresslist/><i:auditIdentity><i:id uri='a'/></i:auditIdentity></i:header>",
                "<i:header><i:addresslist></i:addresslist></i:header>",
                "<i:header><i:senderAddress uri='a'/></i:header>",
                "<i:header><!-- <i:addresslist><i:address uri='a'/></i:addresslist> --></i:header>",
                "<i:header><i:address uri='a'/></i:header>",
                "<i:header><i:addresslist><!--<i:address uri='a'/>--></i:addresslist><i:address/></i:header>",
                "<i:header><i:addresslist><i:addresses uri='a'/></i:addresslist></i:header>",
                ""
            })
    void whatIsNoAddressOfTheListIsLeft(String header) {
        assertEquals(List.of(), found(header));
    }

    @Test
    void theyComeInDocumentOrderWhateverStandsBetween() {
        var header = "<!-- <i:addresslist> '\" --><i:header service='x>y' trackingid=\"it's\">"
                + "<i:addresslist a='</i:addresslist>'>1<i:address uri='1'/>2<i:address uri='2'></i:address>"
                + "<!-- ' --><i:address uri='3'/></i:addresslist><i:address uri='4'/></i:header>";
        assertEquals(
                List.of("<i:address uri='1'/>", "<i:address uri='2'></i:address>", "<i:address uri='3'/>"),
                found(header));
    }
}
