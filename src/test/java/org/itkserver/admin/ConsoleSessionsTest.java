package org.itkserver.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Optional;
import org.itkserver.testing.SettableClock;
import org.junit.jupiter.api.Test;

class ConsoleSessionsTest {
    private final SettableClock clock = new SettableClock();
    private final ConsoleSessions sessions = new ConsoleSessions(clock);
    private final HttpExchange http = new HttpExchange("POST", Guard.LOGIN);

    private Optional<String> name() {
        return sessions.person(http.request).map(Person::name);
    }

    @Test
    void lookingDoesNotMakeASession() {
        assertEquals(Optional.empty(), name());
        assertNull(http.session);
    }

    @Test
    void anEarlierSessionEndsAndItsIdIsNotKept() {
        var planted = new HttpExchange.FakeSession("planted");
        http.session = planted;

        sessions.begin(http.request, "ann");

        assertTrue(planted.ended);
        assertNotSame(planted, http.session);
        assertEquals("fresh-changed", http.session.id);
        assertEquals(Optional.of("ann"), name());
    }

    @Test
    void everySessionHasATokenOfItsOwn() {
        sessions.begin(http.request, "ann");
        var first = sessions.person(http.request).orElseThrow().formToken();
        sessions.begin(http.request, "ann");

        assertEquals(32, first.length());
        assertNotEquals(first, sessions.person(http.request).orElseThrow().formToken());
    }

    @Test
    void itEndsAfterFifteenMinutesIdleAndEightHoursInAnyCase() {
        sessions.begin(http.request, "ann");
        assertEquals(15 * 60, http.session.idleSeconds);

        clock.forward(Duration.ofHours(8).minusSeconds(1));
        assertEquals(Optional.of("ann"), name());
        clock.forward(Duration.ofSeconds(1));
        assertEquals(Optional.empty(), name());
        assertTrue(http.session == null || http.session.ended);
    }

    @Test
    void signingOutEndsIt() {
        sessions.begin(http.request, "ann");

        sessions.end(http.request);

        assertEquals(Optional.empty(), name());
    }

    @Test
    void aSessionThatAnotherRequestEndedIsOver() {
        sessions.begin(http.request, "ann");
        var same = http.session;
        same.ended = true;

        assertEquals(Optional.empty(), name());
    }
}
