package org.itkserver.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.itkserver.audit.AuditEvent;
import org.itkserver.audit.AuditType;
import org.itkserver.audit.Role;
import org.itkserver.audit.StoreUnavailable;
import org.itkserver.testing.SettableClock;
import org.junit.jupiter.api.Test;

class AccessDenialsTest {
    private static final String PATTERN = "/admin/messages/{id}/payload";

    private final SettableClock clock = new SettableClock();
    private final List<AuditEvent> events = new ArrayList<>();
    private final HttpExchange http = new HttpExchange("POST", "/admin/messages/7/payload");
    private boolean away;
    private final AccessDenials denials = new AccessDenials(
            event -> {
                if (away) {
                    throw new StoreUnavailable("away");
                }
                events.add(event);
            },
            clock,
            clock::nanos);

    private void deny(String person) {
        denials.record(person, http.request, PATTERN, Role.CLINICAL);
    }

    private List<String> details() {
        return events.stream().map(AuditEvent::detail).toList();
    }

    @Test
    void aClockThatIsSetBackDoesNotHoldBackTheCount() {
        deny("ann");
        clock.set(Duration.ofHours(-2));
        deny("ann");
        clock.forward(AccessDenials.WINDOW);
        denials.flush();
        assertEquals(2, events.size(), "the event and the count of its minute");
    }

    @Test
    void theFirstIsAnEventAndTheRestOfItsMinuteIsCounted() {
        for (int i = 0; i < 100; i++) {
            deny("ann");
        }
        assertEquals(List.of("POST /admin/messages/7/payload, needed: clinical"), details());
        assertEquals(AuditType.ACCESS_DENIED, events.get(0).type());
        assertEquals("ann", events.get(0).actor());
        assertEquals("10.0.0.1", events.get(0).source());

        denials.flush();
        assertEquals(1, events.size(), "the minute is not over");
        clock.forward(AccessDenials.WINDOW);
        denials.flush();
        denials.flush();
        assertEquals(
                "POST /admin/messages/{id}/payload, needed: clinical; 99 more within a minute",
                details().get(1));
        assertEquals(2, events.size());
    }

    @Test
    void theNextMinuteBeginsWithTheCountOfTheLast() {
        deny("ann");
        deny("ann");
        clock.forward(Duration.ofMinutes(1));
        deny("ann");

        assertEquals(3, events.size());
        assertEquals(
                "POST /admin/messages/{id}/payload, needed: clinical; 1 more within a minute",
                details().get(1));
    }

    @Test
    void everybodyAndEveryAddressHasAMinuteOfItsOwn() {
        deny("ann");
        deny("bob");
        denials.record("ann", http.request, "/admin/people", null);

        assertEquals(3, events.size());
        assertEquals("POST /admin/messages/7/payload, nobody may", details().get(2));
    }

    @Test
    void aCountIsKeptWhileTheTrailIsAway() {
        deny("ann");
        deny("ann");
        clock.forward(AccessDenials.WINDOW);
        away = true;
        assertThrows(StoreUnavailable.class, denials::flush);
        away = false;
        denials.flush();

        assertEquals(2, events.size());
    }
}
