package org.itkserver.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import jakarta.servlet.http.HttpServletRequest;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.itkserver.audit.Accounts;
import org.itkserver.audit.AuditEvent;
import org.itkserver.audit.AuditTrail;
import org.itkserver.audit.ClientLimit;
import org.itkserver.testing.SettableClock;
import org.junit.jupiter.api.Test;

/** Refusals of requests with a good token: each is answered, few of them are audited. */
class AccessTest {
    private static final Client CLIENT = new Client(
            "ward",
            Set.of(Access.MESSAGES),
            new ClientLimit(Set.of("SendDocument-v1-0"), Set.of("hospital"), Set.of()));

    private final List<AuditEvent> events = new ArrayList<>();
    private final SettableClock clock = new SettableClock();
    private final Access access = new Access(fake(Accounts.class), (AuditTrail) events::add, clock, clock::nanos);

    private static <T> T fake(Class<T> type) {
        return type.cast(
                Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (proxy, called, arguments) -> {
                    return switch (called.getName()) {
                        case "getAttribute" -> CLIENT;
                        case "getRemoteAddr" -> "10.0.0.1";
                        default -> throw new UnsupportedOperationException(called.getName());
                    };
                }));
    }

    private void assertBounded(Runnable call) {
        for (int i = 0; i < 100; i++) {
            assertEquals(403, assertThrows(Problem.class, call::run).status());
        }
        assertEquals(Denials.FREE, events.size(), "each of the first, and no more");
        clock.forward(Denials.WINDOW);
        access.flush();
        assertEquals(Denials.FREE + 1, events.size());
        assertEquals(
                100 - Denials.FREE + " more requests were refused within a minute",
                events.get(Denials.FREE).detail());
    }

    private HttpServletRequest request() {
        return fake(HttpServletRequest.class);
    }

    @Test
    void refusalsForAMissingScopeAreCounted() {
        assertBounded(() -> access.require(Access.AUDIT, request()));
    }

    @Test
    void refusalsForAPartnerOutsideTheLimitAreCounted() {
        assertBounded(() -> access.requireAllowed(CLIENT, "SendDocument-v1-0", Set.of("clinic"), request()));
    }

    @Test
    void refusalsForAServiceOutsideTheLimitAreCounted() {
        assertBounded(() -> access.requireAllowed(CLIENT, "SendCDADocument-v2-0", Set.of("hospital"), request()));
    }

    @Test
    void aClockThatIsSetBackHoldsBackNoCount() {
        assertBounded(() -> {
            clock.set(Duration.ofHours(-1));
            access.require(Access.AUDIT, request());
        });
    }
}
