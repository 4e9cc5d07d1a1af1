package org.itkserver.api;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.itkserver.api.SubmissionReader.Wish;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SubmissionReaderTest {
    private static final int MOST = 1000;
    private static final String PAYLOAD = "{'mimeType':'text/plain','content':'x'}";
    private static final String ID = "7D6F1E5A-0C7B-4F0E-9D43-5A2E7C9B1F60";

    private static Wish read(String body) throws IOException {
        return read(body.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
    }

    private static Wish read(byte[] body) throws IOException {
        return SubmissionReader.read(new ByteArrayInputStream(body), MOST, "app", "127.0.0.1");
    }

    private static Problem refused(String body) {
        return assertThrows(Problem.class, () -> read(body), body);
    }

    private static String member(Problem problem) throws IOException {
        return new ObjectMapper().readTree(problem.json()).path("member").asText();
    }

    /** As other libraries write it: slashes, plus and equals signs escaped, lines folded. */
    @ParameterizedTest
    @ValueSource(strings = {"AAEC\\/w\\u003d\\u003d", "AAEC\\n/w==\\r\\n", " AA EC /w = ="})
    void base64IsReadHoweverItIsWritten(String content) throws IOException {
        var wish = read(
                "{'service':'S-v1-0','partner':'p','payloads':[{'mimeType':'a/b','contentBase64':'" + content + "'}]}");
        assertArrayEquals(
                new byte[] {0, 1, 2, -1}, wish.submission().payloads().get(0).bytes());
    }

    @Test
    void everyMemberIsRead() throws IOException {
        var wish = read("{'trackingId':'" + ID + "','service':'S-v1-0','partner':'p','to':['urn:a','urn:b'],"
                + "'interaction':'urn:i','infAckRequested':true,'ackRequested':true,'wait':'PT1.5S','payloads':["
                + "{'mimeType':'text/xml','profileId':'urn:p','content':'<a>\\u00e9\\ud83d\\ude00</a>'},"
                + "{'contentBase64':'AAEC/w==','mimeType':'application/pdf'}]}");

        var submission = wish.submission();
        assertEquals(Duration.ofMillis(1500), wish.patience());
        assertEquals(ID, submission.trackingId());
        assertEquals("S-v1-0", submission.service());
        assertEquals("p", submission.partner());
        assertEquals(List.of("urn:a", "urn:b"), submission.to());
        assertEquals("urn:i", submission.interaction());
        assertTrue(submission.infAckRequested() && submission.ackRequested());
        assertEquals("app", submission.client());
        var xml = submission.payloads().get(0);
        assertEquals("urn:p", xml.profileId());
        assertEquals("<a>\u00e9\ud83d\ude00</a>", new String(xml.bytes(), StandardCharsets.UTF_8));
        assertArrayEquals(new byte[] {0, 1, 2, -1}, submission.payloads().get(1).bytes());
    }

    @Test
    void nullIsAsGoodAsAbsent() throws IOException {
        var wish = read(
                "{'service':'S','partner':'p','to':null,'interaction':null,'trackingId':null,'wait':null,"
                        + "'ackRequested':null,'payloads':[{'mimeType':'a/b','profileId':null,'content':'','contentBase64':null}]}");

        assertNull(wish.patience());
        assertNull(wish.submission().trackingId());
        assertFalse(wish.submission().ackRequested());
        assertEquals(0, wish.submission().payloads().get(0).bytes().length);
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            textBlock =
                    """
            service         | {'partner':'p','payloads':[PAYLOAD]}
            service         | {'service':null,'partner':'p','payloads':[PAYLOAD]}
            service         | {'service':7,'partner':'p','payloads':[PAYLOAD]}
            service         | {'service':'a b','partner':'p','payloads':[PAYLOAD]}
            service         | {'service':'a','service':'b','partner':'p','payloads':[PAYLOAD]}
            to              | {'service':'S','payloads':[PAYLOAD]}
            to              | {'service':'S','to':[],'payloads':[PAYLOAD]}
            to              | {'service':'S','to':'urn:a','payloads':[PAYLOAD]}
            to[0]           | {'service':'S','to':[null],'payloads':[PAYLOAD]}
            to[1]           | {'service':'S','to':['urn:a','no uri'],'payloads':[PAYLOAD]}
            to[0]           | {'service':'S','to':['relative'],'payloads':[PAYLOAD]}
            trackingId      | {'service':'S','partner':'p','payloads':[PAYLOAD],'trackingId':'not-a-uuid'}
            trackingId      | {'service':'S','partner':'p','payloads':[PAYLOAD],'trackingId':'7d6f1e5a-0c7b-4f0e-9d43-5a2e7c9b1f6g'}
            trackingId      | {'service':'S','partner':'p','payloads':[PAYLOAD],'trackingId':{}}
            partner         | {'service':'S','partner':'','payloads':[PAYLOAD]}
            interaction     | {'service':'S','partner':'p','payloads':[PAYLOAD],'interaction':'x y'}
            infAckRequested | {'service':'S','partner':'p','payloads':[PAYLOAD],'infAckRequested':'true'}
            ackRequested    | {'service':'S','partner':'p','payloads':[PAYLOAD],'ackRequested':1}
            wait            | {'service':'S','partner':'p','payloads':[PAYLOAD],'wait':'10'}
            wait            | {'service':'S','partner':'p','payloads':[PAYLOAD],'wait':'PT61S'}
            wait            | {'service':'S','partner':'p','payloads':[PAYLOAD],'wait':'PT-1S'}
            colour          | {'service':'S','partner':'p','payloads':[PAYLOAD],'colour':{'deep':[1]}}
            payloads        | {'service':'S','partner':'p'}
            payloads        | {'service':'S','partner':'p','payloads':null}
            payloads        | {'service':'S','partner':'p','payloads':[]}
            payloads        | {'service':'S','partner':'p','payloads':PAYLOAD}
            payloads[0]     | {'service':'S','partner':'p','payloads':['x']}
            payloads[0]     | {'service':'S','partner':'p','payloads':[{'mimeType':'a/b'}]}
            payloads[0]     | {'service':'S','partner':'p','payloads':[{'mimeType':'a/b','content':'x','contentBase64':'eA=='}]}
            payloads[1].mimeType  | {'service':'S','partner':'p','payloads':[PAYLOAD,{'content':'x'}]}
            payloads[0].mimeType  | {'service':'S','partner':'p','payloads':[{'mimeType':'text','content':'x'}]}
            payloads[0].mimeType  | {'service':'S','partner':'p','payloads':[{'mimeType':'text/xml; q=1','content':'x'}]}
            payloads[0].mimeType  | {'service':'S','partner':'p','payloads':[{'mimeType':'a/b\\r\\nX: y','content':'x'}]}
            payloads[0].profileId | {'service':'S','partner':'p','payloads':[{'mimeType':'a/b','profileId':'','content':'x'}]}
            payloads[0].content   | {'service':'S','partner':'p','payloads':[{'mimeType':'a/b','content':{}}]}
            payloads[0].content   | {'service':'S','partner':'p','payloads':[{'mimeType':'a/b','content':'\\ud800'}]}
            payloads[0].contentBase64 | {'service':'S','partner':'p','payloads':[{'mimeType':'a/b','contentBase64':'eA'}]}
            payloads[0].contentBase64 | {'service':'S','partner':'p','payloads':[{'mimeType':'a/b','contentBase64':'%%%%'}]}
            payloads[0].contentBase64 | {'service':'S','partner':'p','payloads':[{'mimeType':'a/b','contentBase64':'YQ==Yg=='}]}
            payloads[0].contentBase64 | {'service':'S','partner':'p','payloads':[{'mimeType':'a/b','contentBase64':'YQ\\u003d\\u003dYg=='}]}
            payloads[0].contentBase64 | {'service':'S','partner':'p','payloads':[{'mimeType':'a/b','contentBase64':'YQ==='}]}
            payloads[0].contentBase64 | {'service':'S','partner':'p','payloads':[{'mimeType':'a/b','contentBase64':'YQ-_'}]}
            payloads[0].contentBase64 | {'service':'S','partner':'p','payloads':[{'mimeType':'a/b','contentBase64':'\\u0141\\u0141\\u0141\\u0141'}]}
            payloads[0].extra     | {'service':'S','partner':'p','payloads':[{'mimeType':'a/b','content':'x','extra':1}]}
            """)
    void theMemberThatBreaksARuleIsNamed(String member, String body) throws IOException {
        var problem = refused(body.replace("PAYLOAD", PAYLOAD));

        assertEquals(400, problem.status());
        assertEquals(member, member(problem));
        assertTrue(problem.getMessage().startsWith(member + " "), problem.getMessage());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "null",
                "[]",
                "'text'",
                "{",
                "{'service'",
                "{'service':'S'",
                "{'service':'S',}",
                "{service:'S'}",
                "{'partner':'p','service':'S','payloads':[{'mimeType':'a/b','content':'x'}]} {}",
                "{'service':'S' /* comment */}",
                "<a/>"
            })
    void whatIsNoSingleJsonObjectIsRefused(String body) throws IOException {
        var problem = refused(body);

        assertEquals(400, problem.status());
        assertTrue(member(problem).isEmpty());
        assertFalse(problem.getMessage().matches(".*(?i)(jackson|exception|token|source).*"), problem.getMessage());
    }

    @Test
    void brokenUtf8IsRefused() {
        var body = "{\"service\":\"S\u00e9\"}".getBytes(StandardCharsets.ISO_8859_1);

        assertEquals(400, assertThrows(Problem.class, () -> read(body)).status());
    }

    @Test
    void depthIsNeverFollowed() throws IOException {
        var problem = refused("{'service':" + "[".repeat(100_000));

        assertEquals("service", member(problem));
    }

    @Test
    void anEndlessNameIsCut() {
        assertEquals(400, refused("{'" + "n".repeat(100_000) + "':1}").status());
    }

    @Test
    void aHostileNameIsNotEchoed() {
        assertEquals("a??b is unknown here.", refused("{'a\\n\u202eb':1}").getMessage());
    }

    @Test
    void payloadsTogetherAreBounded() throws IOException {
        var half = "{'mimeType':'a/b','content':'" + "x".repeat(MOST / 2) + "'}";
        var rest = "{'mimeType':'a/b','contentBase64':'" + "eHh4".repeat(MOST / 6) + "'}";
        var body = "{'service':'S','partner':'p','payloads':[%s]}";

        assertEquals(
                2,
                read(body.formatted(half + "," + rest)).submission().payloads().size());
        var problem =
                refused(body.formatted(half + "," + rest + "," + PAYLOAD.repeat(1) + "," + PAYLOAD + "," + PAYLOAD));
        assertEquals(413, problem.status());
        assertEquals("payloads", member(problem));
    }
}
