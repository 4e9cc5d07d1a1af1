package org.itkserver.soap;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** H21. */
class OwnAddressesTest {
    private static final String REQUEST = "http://127.0.0.1:8080";

    @ParameterizedTest
    @CsvSource({
        "http://127.0.0.1:8080/itk/services/SendCDADocument-v2-0, true",
        "HTTP://127.0.0.1:8080/itk/./services/SendCDADocument-v2-0, true",
        "http://127.0.0.1:8080/itk, true",
        "http://127.0.0.1:8081/itk, false",
        "https://127.0.0.1:8080/itk, false",
        "http://127.0.0.1:8080/itk?x, false",
        "http://127.0.0.1:8080/itk#x, false",
        "http://a@127.0.0.1:8080/itk, false",
        "http://127.0.0.1:8080/other, false",
        "/itk, false",
        "not a uri at all, false",
        "urn:nhs:itk, false"
    })
    void withoutABaseTheRequestsHostCounts(String to, boolean ours) {
        assertEquals(
                ours,
                new OwnAddresses(null, List.of()).find(to, List.of(REQUEST)).isPresent());
    }

    @ParameterizedTest
    @CsvSource({
        "http://itk_server:8080/itk, true",
        "http://ITK_Server:8080/itk, true",
        "http://itk_server/itk, false",
        "http://itk_server:8080x/itk, false",
        "http://other_server:8080/itk, false",
        "http://a@itk_server:8080/itk, false",
        "http://itk_server:99999999999/itk, false"
    })
    void aHostNameMayHaveAnUnderscore(String to, boolean ours) {
        var request = List.of("http://itk_server:8080");
        assertEquals(ours, new OwnAddresses(null, List.of()).find(to, request).isPresent());
        assertEquals(
                ours,
                new OwnAddresses("http://itk_server:8080", List.of())
                        .find(to, List.of())
                        .isPresent());
    }

    @ParameterizedTest
    @CsvSource({"a, false", "a:1, true", "[::1], false", "[::1]:80, true", "'', false"})
    void aHostHeaderMayHaveAPort(String host, boolean port) {
        assertEquals(port, HostName.hasPort(host));
    }

    @ParameterizedTest
    @CsvSource({
        "https://itk.example.nhs.uk/itk, true",
        "https://ITK.example.nhs.uk:443/itk, true",
        "http://alias.example:80/itk, true",
        "http://127.0.0.1:8080/itk, false"
    })
    void withABaseOnlyBasesCount(String to, boolean ours) {
        var addresses = new OwnAddresses("https://itk.example.nhs.uk", List.of("http://alias.example"));
        assertEquals(ours, addresses.find(to, List.of(REQUEST)).isPresent());
    }
}
