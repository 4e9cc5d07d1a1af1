package org.itkserver.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.junit5.ArquillianExtension;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What real senders do and the rules allow; each variant of a good message is accepted. */
@ExtendWith(ArquillianExtension.class)
@RunAsClient
@Tag("alone")
class AcceptedVariantsIT {
    private static final String BASE = "http://127.0.0.1:" + System.getProperty("itk.test.http.port", "18080");

    private record Variant(String name, Consumer<Attempt> change) {}

    private static Stream<Variant> variants() {
        return Stream.of(
                new Variant(
                        "unquoted SOAPAction",
                        in -> in.soapActions.set(0, in.soapActions.get(0).replace("\"", ""))),
                new Variant("SOAPAction header name in other case", in -> {
                    var value = in.soapActions.remove(0);
                    in.headers.add(new String[] {"soapaction", value});
                }),
                new Variant("media type without charset", in -> in.contentType = "text/xml"),
                new Variant("UTF-8 with byte order mark", in -> in.text = "\ufeff" + in.text),
                new Variant("UTF-16 with byte order mark", in -> {
                    in.bytes = ("\ufeff" + in.text).getBytes(StandardCharsets.UTF_16BE);
                    in.contentType = "text/xml;charset=utf-16";
                }),
                new Variant(
                        "XML declaration", in -> in.text = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n" + in.text),
                new Variant("comment before the envelope", in -> in.text = "<!-- hello -->" + in.text),
                new Variant(
                        "offset without colon", in -> in.text = in.text.replaceAll("(T[0-9:]+)Z</wsu", "$1+0000</wsu")),
                new Variant(
                        "text around header values",
                        in -> in.text = in.text.replace("gp-system-1", "\n gp-system-1\t ")),
                new Variant(
                        "MessageID urn:uuid in lower case",
                        in -> in.text("wsa:MessageID", "urn:uuid:" + java.util.UUID.randomUUID())),
                new Variant(
                        "mustUnderstand on what we understand",
                        in -> in.text = in.text
                                .replace("<wsa:To>", "<wsa:To soap:mustUnderstand=\"1\">")
                                .replace("<wsa:Action>", "<wsa:Action soap:mustUnderstand=\"1\">")
                                .replace("<wsse:Security>", "<wsse:Security soap:mustUnderstand=\"1\">")),
                new Variant("foreign header", in -> in.block("<l:x xmlns:l=\"urn:l\">ignored</l:x>")),
                new Variant(
                        "foreign mandatory header for another actor",
                        in -> in.block("<l:x xmlns:l=\"urn:l\" soap:actor=\"urn:other\" soap:mustUnderstand=\"1\"/>")),
                new Variant(
                        "anonymous ReplyTo",
                        in -> in.block(
                                "<wsa:ReplyTo><wsa:Address>http://www.w3.org/2005/08/addressing/anonymous</wsa:Address></wsa:ReplyTo>")),
                new Variant(
                        "From with any address",
                        in -> in.block("<wsa:From><wsa:Address>null</wsa:Address></wsa:From>")),
                new Variant(
                        "password, ignored",
                        in -> in.swap("</wsse:Username>", "</wsse:Username><wsse:Password>secret-123</wsse:Password>")),
                new Variant(
                        "misspelt handling key",
                        in -> in.swap("urn:nhs-itk:ns:201005:interaction", "urn:nhs:itk:ns:201005:interaction")),
                new Variant(
                        "unknown handling key",
                        in -> in.swap(
                                "<itk:handlingSpecification>",
                                "<itk:handlingSpecification><itk:spec key=\"urn:x\" value=\"y\"/>")),
                new Variant(
                        "application/cda+xml",
                        in -> in.swap("mimetype=\"text/xml\"", "mimetype=\"application/cda+xml\"")),
                new Variant("media type in capitals", in -> in.swap("mimetype=\"text/xml\"", "mimetype=\"TEXT/XML\"")),
                new Variant("no address list", in -> in.cut("itk:addresslist")),
                new Variant("no sender address", in -> in.text = in.text.replaceAll("<itk:senderAddress[^>]*/>", "")),
                new Variant(
                        "ODS code in lower case",
                        in -> in.text =
                                in.text.replace("ods:Z9999", "ods:z9999").replace("ods:Y9999", "ods:y9999")),
                new Variant(
                        "audit identity of another kind",
                        in -> in.swap(
                                "<itk:id uri=\"urn:nhs-uk:identity:ods:Y9999:dr-sample\"",
                                "<itk:id type=\"1.2.826.0.1285.0.2.0.67\" uri=\"123456\"")),
                new Variant(
                        "empty attribute inside the payload", in -> in.swap("<recordTarget>", "<recordTarget a=\"\">")),
                new Variant(
                        "xsi:schemaLocation",
                        in -> in.swap(
                                "<recordTarget>", "<recordTarget xsi:schemaLocation=\"a http://127.0.0.1:7777/b\">")),
                new Variant(
                        "processing instruction inside the payload",
                        in -> in.swap("<recordTarget>", "<?x y?><recordTarget>")),
                new Variant(
                        "namespaces on the payload only",
                        in -> in.text = in.text
                                .replace(" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"", "")
                                .replace(
                                        "<ClinicalDocument",
                                        "<ClinicalDocument xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"")),
                new Variant("charset UTF8 in single quotes", in -> in.contentType = "text/xml;charset='UTF8'"),
                new Variant(
                        "several RelatesTo",
                        in -> in.block("<wsa:RelatesTo>a</wsa:RelatesTo><wsa:RelatesTo>b</wsa:RelatesTo>")),
                new Variant(
                        "SAML assertion",
                        in -> in.swap(
                                "</wsse:Security>",
                                "<Assertion xmlns=\"urn:oasis:names:tc:SAML:2.0:assertion\"/></wsse:Security>")),
                new Variant(
                        "no time zone and many digits",
                        in -> in.text = in.text.replaceAll("(T[0-9:]+)Z</wsu", "$1.1234567890</wsu")),
                new Variant(
                        "audit identity with blanks", in -> in.swap("ods:Y9999:dr-sample", "ods:Y9999:Sample, Alfred")),
                new Variant(
                        "audit identity that is an address",
                        in -> in.swap("urn:nhs-uk:identity:ods:Y9999:dr-sample", "urn:nhs-uk:addressing:ods:Y9999:x")),
                new Variant("the address for every service", in -> {
                    in.text("wsa:To", in.base + "/itk");
                    in.path = "/itk";
                }),
                new Variant("To at the address for every service", in -> in.text("wsa:To", in.base + "/itk/")));
    }

    @Test
    void eachIsAccepted() {
        variants().forEach(variant -> {
            var attempt = Attempt.soap11(BASE);
            variant.change().accept(attempt);
            var reply = attempt.send();
            assertEquals("OK", reply.text("SimpleMessageResponse"), variant.name() + ": " + reply.body());
        });
    }
}
