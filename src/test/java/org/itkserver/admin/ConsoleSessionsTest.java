package org.itkserver.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jakarta.servlet.http.Cookie;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.itkserver.audit.Role;
import org.itkserver.testing.SettableClock;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ConsoleSessionsTest {
    private final SettableClock clock = new SettableClock();
    private final MemoryPeople people = new MemoryPeople();
    private final ConsoleSessions sessions =
            new ConsoleSessions(people, AdminSettings.of("https://itk.example.nhs.uk/base"), clock::nanos);

    @BeforeEach
    void ann() {
        people.put("ann", Role.all(), true, 3);
    }

    private static HttpExchange with(String header) {
        var http = new HttpExchange("GET", "/admin/messages");
        var pair = header.substring(0, header.indexOf(';'));
        int equals = pair.indexOf('=');
        http.cookies.add(new Cookie(pair.substring(0, equals), pair.substring(equals + 1)));
        return http;
    }

    private String begin() {
        return sessions.begin(new HttpExchange("POST", Guard.LOGIN).request, "ann", 3);
    }

    private Optional<Person> person(String header) {
        return sessions.person(with(header).request);
    }

    private Optional<String> name(String header) {
        return person(header).map(Person::name);
    }

    @Test
    void withoutACookieOfOursThereIsNobody() {
        assertEquals(Optional.empty(), sessions.person(new HttpExchange("GET", "/admin/").request));
        assertEquals(Optional.empty(), name("itk=planted;"));
        assertEquals(Optional.empty(), name("JSESSIONID=planted;"));
        assertEquals(Optional.empty(), name("itk=;"));
    }

    @Test
    void aClockThatIsSetMakesNoSessionLongerOrShorter() {
        var cookie = begin();
        clock.set(Duration.ofHours(9));
        assertEquals(Optional.of("ann"), name(cookie));
        clock.set(Duration.ofHours(-18));
        clock.forward(ConsoleSessions.IDLE);
        assertEquals(Optional.empty(), name(cookie));
    }

    @Test
    void theCookieIsForThisHostAloneAndForNoScript() {
        assertTrue(begin().matches("itk=[\\w-]{32}; Path=/; HttpOnly; SameSite=Strict"));
    }

    @Test
    void overTlsItIsForTlsAlone() {
        var direct = new HttpExchange("POST", Guard.LOGIN);
        direct.headers.put("Host", "ITK.example.nhs.uk");
        var proxied = new HttpExchange("POST", Guard.LOGIN);
        proxied.headers.put("Origin", "https://itk.example.nhs.uk");
        var ended = new HttpExchange("POST", Guard.LOGIN);
        ended.secure = true;
        for (var http : new HttpExchange[] {direct, proxied, ended}) {
            var header = sessions.begin(http.request, "ann", 3);

            assertTrue(header.matches("__Host-itk=[\\w-]{32}; Path=/; HttpOnly; SameSite=Strict; Secure"), header);
            assertEquals(Optional.of("ann"), name(header));
            assertEquals(Optional.empty(), name(header.substring("__Host-".length())), "the other name");
            assertTrue(sessions.end(with(header).request)
                    .matches("__Host-itk=; Max-Age=0; Path=/; HttpOnly; SameSite=Strict; Secure"));
        }
        var foreign = new HttpExchange("POST", Guard.LOGIN);
        foreign.headers.put("Origin", "https://evil.example");
        assertTrue(sessions.begin(foreign.request, "ann", 3).startsWith("itk="));
    }

    @Test
    void signingInAgainMakesANewIdAndEndsTheEarlierSession() {
        var first = begin();
        var token = person(first).orElseThrow().formToken();

        var second = sessions.begin(with(first).request, "ann", 3);

        assertNotEquals(first, second);
        assertEquals(Optional.empty(), name(first));
        assertEquals(32, token.length());
        assertNotEquals(token, person(second).orElseThrow().formToken());
    }

    @Test
    void itEndsAfterFifteenMinutesIdle() {
        var header = begin();
        clock.forward(Duration.ofMinutes(15).minusSeconds(1));
        assertEquals(Optional.of("ann"), name(header));
        clock.forward(Duration.ofMinutes(15).minusSeconds(1));
        assertEquals(Optional.of("ann"), name(header));
        clock.forward(Duration.ofMinutes(15));
        assertEquals(Optional.empty(), name(header));
    }

    @Test
    void itEndsAfterEightHoursInAnyCase() {
        var header = begin();
        for (int i = 0; i < 8 * 6 - 1; i++) {
            clock.forward(Duration.ofMinutes(10));
            assertEquals(Optional.of("ann"), name(header));
        }
        clock.forward(Duration.ofMinutes(10));
        assertEquals(Optional.empty(), name(header));
    }

    @Test
    void signingOutEndsItAndTakesTheCookie() {
        var header = begin();
        var other = begin();

        assertEquals("itk=; Max-Age=0; Path=/; HttpOnly; SameSite=Strict", sessions.end(with(header).request));

        assertEquals(Optional.empty(), name(header));
        assertEquals(Optional.of("ann"), name(other));
    }

    @Test
    void rolesAreThoseOfNow() {
        var header = begin();
        assertTrue(person(header).orElseThrow().has(Role.CLINICAL));

        people.put("ann", Set.of(Role.AUDITOR), true, 3);

        assertEquals(
                Set.of(Role.VIEWER, Role.AUDITOR), person(header).orElseThrow().roles());
    }

    @Test
    void aChangedPasswordAndADisabledAccountEndItForGood() {
        var header = begin();
        people.put("ann", Role.all(), true, 4);
        assertEquals(Optional.empty(), name(header));
        people.put("ann", Role.all(), true, 3);
        assertEquals(Optional.empty(), name(header), "what is over stays over");

        var next = begin();
        people.put("ann", Role.all(), false, 3);
        assertEquals(Optional.empty(), name(next));
    }
}
