package org.itkserver.envelope;

import java.nio.charset.StandardCharsets;

/** One good message for the tests, built so that a test can replace any part of it. */
public final class Messages {
    public static final String SERVICE = "urn:nhs-itk:services:201005:SendCDADocument-v2-0";
    public static final String TRACKING_ID = "4F0B6C2E-9D14-4E0B-8E55-7B6A1F0C2D33";

    private Messages() {}

    /** A SendCDADocument-v2-0 request with one small XML payload, all placeholders filled. */
    public static String cda() {
        return """
            <soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/" xmlns:wsa="http://www.w3.org/2005/08/addressing" xmlns:wsse="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd" xmlns:wsu="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd" xmlns:itk="urn:nhs-itk:ns:201005" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
             <soap:Header>
              <wsa:MessageID>9C1E52C0-7B1D-4D5A-9A31-0D5C2C7F1A01</wsa:MessageID>
              <wsa:Action>urn:nhs-itk:services:201005:SendCDADocument-v2-0</wsa:Action>
              <wsa:To>http://127.0.0.1:8080/itk/services/SendCDADocument-v2-0</wsa:To>
              <wsse:Security><wsu:Timestamp wsu:Id="A1B2C3D4-0001-4000-8000-0000000000AA"><wsu:Created>2026-11-22T10:00:00Z</wsu:Created><wsu:Expires>2026-11-22T10:10:00Z</wsu:Expires></wsu:Timestamp>
               <wsse:UsernameToken><wsse:Username>gp-system-1</wsse:Username></wsse:UsernameToken></wsse:Security>
             </soap:Header>
             <soap:Body>
              <itk:DistributionEnvelope>
               <itk:header service="urn:nhs-itk:services:201005:SendCDADocument-v2-0" trackingid="4F0B6C2E-9D14-4E0B-8E55-7B6A1F0C2D33">
                <itk:addresslist><itk:address uri="urn:nhs-uk:addressing:ods:Z9999:cardiology"/></itk:addresslist>
                <itk:auditIdentity><itk:id uri="urn:nhs-uk:identity:ods:Y9999:dr-sample"/></itk:auditIdentity>
                <itk:manifest count="1"><itk:manifestitem id="uuid_6A2D0C55-1111-4A2B-9C3D-5E6F70819203" mimetype="text/xml" profileid="urn:nhs-en:profile:dischargeReport-v6-1"/></itk:manifest>
                <itk:senderAddress uri="urn:nhs-uk:addressing:ods:Y9999"/>
                <itk:handlingSpecification><itk:spec key="urn:nhs-itk:ns:201005:interaction" value="urn:nhs-itk:interaction:primaryRecipientDischargeReport-v1-0"/></itk:handlingSpecification>
               </itk:header>
               <itk:payloads count="1"><itk:payload id="uuid_6A2D0C55-1111-4A2B-9C3D-5E6F70819203"><ClinicalDocument xmlns="urn:hl7-org:v3"><recordTarget><patientRole><id root="2.16.840.1.113883.2.1.4.1" extension="9990000018"/></patientRole></recordTarget><text xsi:type="x">caf\u00e9</text></ClinicalDocument></itk:payload></itk:payloads>
              </itk:DistributionEnvelope>
             </soap:Body>
            </soap:Envelope>
            """;
    }

    public static byte[] utf8(String message) {
        return message.getBytes(StandardCharsets.UTF_8);
    }
}
