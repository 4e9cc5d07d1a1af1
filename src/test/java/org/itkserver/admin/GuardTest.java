package org.itkserver.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jakarta.servlet.ServletException;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import org.itkserver.audit.Role;
import org.itkserver.audit.StoreUnavailable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GuardTest {
    private static final Person ANN = new Person("ann", "s3cret", Role.all(), false);
    private static final String PAYLOAD = "/admin/messages/7/payload";

    private final Pages pages = new Pages(() -> false);
    private Optional<Person> signedIn = Optional.of(ANN);

    private HttpExchange guard(HttpExchange http) throws IOException, ServletException {
        new Guard(request -> signedIn, pages, Set.of("https://itk.example.nhs.uk"))
                .doFilter(http.request, http.response, http.chain);
        return http;
    }

    private static HttpExchange form(String path, String token) {
        var http = new HttpExchange("POST", path);
        http.parameters.put(FormCheck.FIELD, token);
        return http;
    }

    @Test
    void aFormWithTheTokenPasses() throws Exception {
        var http = guard(form(PAYLOAD, "s3cret"));

        assertTrue(http.passed);
        assertEquals(ANN, Person.of(http.request));
    }

    /** In every field of every form, whatever page it is for; the page does not see it. */
    @ParameterizedTest
    @ValueSource(strings = {"\0", "a\0", "\uD800", "x\uDC00y", "\uDC00\uD800", "\uFFFD"})
    void whatIsNoTextIsRefusedInEveryField(String text) throws Exception {
        for (var path : new String[] {PAYLOAD, Guard.LOGIN, "/admin/messages"}) {
            for (var method : new String[] {"GET", "POST"}) {
                for (boolean inName : new boolean[] {false, true}) {
                    var http = new HttpExchange(method, path);
                    http.parameters.put(FormCheck.FIELD, "s3cret");
                    http.parameters.put(inName ? "name" + text : "name", inName ? "" : text);
                    guard(http);
                    assertFalse(http.passed);
                    assertEquals(400, http.status);
                }
            }
        }
        var good = form(PAYLOAD, "s3cret");
        good.parameters.put("name", "Zo\u00eb \uD83D\uDE00");
        assertTrue(guard(good).passed);
    }

    @Test
    void aFormWithoutTheTokenIsNotDone() throws Exception {
        for (var http : new HttpExchange[] {new HttpExchange("POST", PAYLOAD), form(PAYLOAD, "guess")}) {
            guard(http);

            assertFalse(http.passed);
            assertEquals(403, http.status);
            assertTrue(http.page().contains("That was not done"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "post"})
    void everyMethodThatDoesNotReadNeedsTheToken(String method) throws Exception {
        assertFalse(guard(new HttpExchange(method, PAYLOAD)).passed);
    }

    @Test
    void aFormFromElsewhereIsNotDoneWhateverItsToken() throws Exception {
        for (var path : new String[] {PAYLOAD, Guard.LOGIN}) {
            var http = form(path, "s3cret");
            http.headers.put("Origin", "http://evil.example");

            assertFalse(guard(http).passed);
            assertEquals(403, http.status);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://itk.example:8080", "https://itk.example.nhs.uk"})
    void aFormFromOurOwnPagesPasses(String origin) throws Exception {
        var http = form(PAYLOAD, "s3cret");
        http.headers.put("Origin", origin);
        http.headers.put("Sec-Fetch-Site", "same-origin");

        assertTrue(guard(http).passed);
    }

    @Test
    void aLargeFormIsNotRead() throws Exception {
        var http = form(Guard.LOGIN, "s3cret");
        http.length = 1 << 20;
        var unknown = form(Guard.LOGIN, "s3cret");
        unknown.headers.put("Transfer-Encoding", "chunked");

        assertEquals(413, guard(http).status);
        assertEquals(413, guard(unknown).status);
        assertFalse(http.passed || unknown.passed);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/admin",
                "/admin/messages",
                "/admin/login/",
                "/admin/login;x=1",
                "/admin//login",
                "/admin/%6cogin",
                "/admin/nix"
            })
    void whoeverIsNotSignedInIsSentToTheLogin(String path) throws Exception {
        signedIn = Optional.empty();

        for (var method : new String[] {"GET", "POST"}) {
            var http = guard(new HttpExchange(method, path));

            assertFalse(http.passed);
            assertEquals(303, http.status);
            assertEquals("/admin/login", http.answered.get("Location"));
        }
    }

    @Test
    void theLoginIsOpen() throws Exception {
        signedIn = Optional.empty();

        assertTrue(guard(new HttpExchange("GET", Guard.LOGIN)).passed);
        assertTrue(guard(new HttpExchange("POST", Guard.LOGIN)).passed);
    }

    @Test
    void nobodyIsLetInWhileTheAccountsCannotBeRead() throws Exception {
        for (var path : new String[] {PAYLOAD, Guard.LOGIN}) {
            var http = new HttpExchange("GET", path);
            new Guard(
                            request -> {
                                throw new StoreUnavailable("away");
                            },
                            pages,
                            Set.of())
                    .doFilter(http.request, http.response, http.chain);

            assertFalse(http.passed);
            assertEquals(503, http.status);
        }
    }

    @Test
    void aRequestThatDidNotPassHasNobody() {
        var http = new HttpExchange("GET", PAYLOAD);

        assertThrows(IllegalStateException.class, () -> Person.of(http.request));
    }
}
