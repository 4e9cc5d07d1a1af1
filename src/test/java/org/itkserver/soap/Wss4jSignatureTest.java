package org.itkserver.soap;

import static org.itkserver.soap.SigningPartners.CERTS;
import static org.itkserver.soap.SigningPartners.CHECKED;
import static org.itkserver.soap.SigningPartners.certificate;
import static org.itkserver.soap.SigningPartners.signing;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.List;
import org.apache.wss4j.common.WSEncryptionPart;
import org.apache.wss4j.common.crypto.Merlin;
import org.apache.wss4j.dom.WSConstants;
import org.apache.wss4j.dom.engine.WSSConfig;
import org.apache.wss4j.dom.message.WSSecHeader;
import org.apache.wss4j.dom.message.WSSecSignature;
import org.itkserver.directory.Signing;
import org.itkserver.envelope.SoapVersion;
import org.itkserver.testing.DevCerts;
import org.itkserver.testing.Signed;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** C4: what another implementation signs is good here, however it names its key, with EC and RSA keys. */
class Wss4jSignatureTest {
    @BeforeAll
    static void initialise() {
        WSSConfig.init();
    }

    @ParameterizedTest
    @ValueSource(
            ints = {
                WSConstants.BST_DIRECT_REFERENCE,
                WSConstants.ISSUER_SERIAL,
                WSConstants.X509_KEY_IDENTIFIER,
                WSConstants.SKI_KEY_IDENTIFIER,
                WSConstants.THUMBPRINT_IDENTIFIER,
                WSConstants.ISSUER_SERIAL_QUOTE_FORMAT
            })
    void eachFormIsGoodAndAChangeIsSeen(int form) throws Exception {
        for (var name : List.of("gp", "old")) {
            for (boolean inclusive : new boolean[] {true, false}) {
                var message = signed(name, form, inclusive);
                var partner = signing(Signing.Require.BODY, null, name);
                var known = new Signing(
                        partner.require(), null, partner.certificates(), false, List.of(certificate(CERTS, name)));
                var verdict = CHECKED.check(message, known);
                assertTrue(verdict.accepted(), form + " " + name + " " + verdict + message);
                var changed = CHECKED.check(message.replace("caf\u00e9", "cafe"), known);
                assertEquals("3000", changed.code(), changed::toString);
                var other = CHECKED.check(message, signing(Signing.Require.BODY, null, "other"));
                assertEquals("3000", other.code(), other::toString);
            }
        }
    }

    private static String signed(String name, int form, boolean inclusive) throws Exception {
        var store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        var password = DevCerts.PASSWORD.toCharArray();
        store.setKeyEntry(name, CERTS.key(name), password, new Certificate[] {certificate(CERTS, name)});
        var crypto = new Merlin();
        crypto.setKeyStore(store);
        var document = Signed.parse(CHECKED.letter());
        var header = new WSSecHeader(document);
        header.insertSecurityHeader();
        var signature = new WSSecSignature(header);
        signature.setUserInfo(name, DevCerts.PASSWORD);
        signature.setKeyIdentifierType(form);
        signature.setDigestAlgo(WSConstants.SHA256);
        signature.setSignatureAlgorithm(
                CERTS.key(name).getAlgorithm().equals("RSA") ? WSConstants.RSA_SHA256 : WSConstants.ECDSA_SHA256);
        signature.setAddInclusivePrefixes(inclusive);
        signature.getParts().add(new WSEncryptionPart("Timestamp", Signed.WSU, ""));
        signature.getParts().add(new WSEncryptionPart("Body", SoapVersion.SOAP_11.namespace(), ""));
        return Signed.text(signature.build(crypto));
    }
}
