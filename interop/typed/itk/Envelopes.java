package itk;

import java.io.StringReader;
import java.math.BigInteger;
import java.util.Locale;
import java.util.UUID;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Element;
import org.xml.sax.InputSource;

/** A letter in the classes that are generated from ITKService.wsdl. They are the same for every JAXB tool. */
final class Envelopes {
    static final String ACTION = "urn:nhs-itk:services:201005:sendDistEnvelope";
    private static final String INTERACTION =
            "urn:nhs-itk:interaction:copyRecipienteDischargeInpatientDischargeSummaryDocument-v1-0";

    private Envelopes() {}

    static String uuid() {
        return UUID.randomUUID().toString().toUpperCase(Locale.ROOT);
    }

    /** A letter from an organisation to Z9999, with one XML payload of a few lines. */
    static DistributionEnvelope of(String trackingId, String ods) throws Exception {
        var payload = new DistributionEnvelope.Payloads.Payload();
        payload.setId("uuid_" + uuid());
        payload.getContent().add(document("<ClinicalDocument xmlns='urn:hl7-org:v3'><title>Caf\u00e9 \u20ac</title></ClinicalDocument>"));
        var payloads = new DistributionEnvelope.Payloads();
        payloads.setCount(BigInteger.ONE);
        payloads.getPayload().add(payload);

        var header = new DistributionHeaderType();
        header.setService(ACTION);
        header.setTrackingid(trackingId);
        var addresses = new DistributionHeaderType.Addresslist();
        addresses.getAddress().add(address("urn:nhs-uk:addressing:ods:Z9999"));
        header.setAddresslist(addresses);
        var identity = new IdentityType();
        identity.setUri("urn:nhs-uk:identity:ods:" + ods + ":x");
        var audit = new DistributionHeaderType.AuditIdentity();
        audit.getId().add(identity);
        header.setAuditIdentity(audit);
        header.setManifest(manifest(payload));
        header.setSenderAddress(address("urn:nhs-uk:addressing:ods:" + ods));
        header.setHandlingSpecification(interaction());

        var envelope = new DistributionEnvelope();
        envelope.setHeader(header);
        envelope.setPayloads(payloads);
        return envelope;
    }

    private static DistributionHeaderType.Manifest manifest(DistributionEnvelope.Payloads.Payload payload) {
        var item = new DistributionHeaderType.Manifest.Manifestitem();
        // an IDREF is the object itself in JAXB
        item.setId(payload);
        item.setMimetype("text/xml");
        item.setProfileid("urn:nhs-en:profile:eDischargeInpatientDischargeSummary-v1-0");
        var manifest = new DistributionHeaderType.Manifest();
        manifest.setCount(BigInteger.ONE);
        manifest.getManifestitem().add(item);
        return manifest;
    }

    private static DistributionHeaderType.HandlingSpecification interaction() {
        var spec = new DistributionHeaderType.HandlingSpecification.Spec();
        spec.setKey("urn:nhs-itk:ns:201005:interaction");
        spec.setValue(INTERACTION);
        var handling = new DistributionHeaderType.HandlingSpecification();
        handling.getSpec().add(spec);
        return handling;
    }

    private static AddressType address(String uri) {
        var address = new AddressType();
        address.setUri(uri);
        return address;
    }

    private static Element document(String xml) throws Exception {
        var factory = DocumentBuilderFactory.newInstance();
        factory.setNamespaceAware(true);
        return factory.newDocumentBuilder().parse(new InputSource(new StringReader(xml))).getDocumentElement();
    }
}
