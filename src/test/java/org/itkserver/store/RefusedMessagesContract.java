package org.itkserver.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Locale;
import java.util.UUID;
import org.itkserver.audit.AuditEvent;
import org.itkserver.audit.AuditQuery;
import org.itkserver.audit.AuditType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What is kept of refused messages (H14), on a real database. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class RefusedMessagesContract {
    private static final byte[] START = {'<', 'a', '>', 0, (byte) 0xFF};

    private Database database;
    private TamperedTrail trail;
    private AuditQuery query;

    abstract DatabaseSettings settings();

    @BeforeAll
    void open() {
        database = MigratedDatabase.of(settings());
        trail = new TamperedTrail(database);
        query = new JdbcAuditQuery(database, trail.store, null);
    }

    @AfterAll
    void shut() {
        trail.close();
        database.close();
    }

    private String refuse(byte[] start, long size) {
        var id = UUID.randomUUID().toString().toUpperCase(Locale.ROOT);
        trail.store.refuse(
                new AuditEvent(
                        trail.clock.instant(),
                        AuditType.REFUSED,
                        null,
                        "t",
                        "gp",
                        null,
                        "gp-1",
                        "10.0.0.1",
                        "1000",
                        id,
                        "why"),
                start,
                size);
        return id;
    }

    @Test
    void itIsFoundByItsErrorIdWithWhatWasKeptOfIt() {
        refuse(new byte[] {1}, 1);
        var id = refuse(START, 100_000);

        var found = query.refused(id).orElseThrow();

        assertEquals(100_000, found.size());
        assertEquals(id, found.event().errorId());
        assertEquals("refused", found.event().type());
        assertEquals("gp", found.event().partner());
        assertEquals("why", found.event().detail());
        assertArrayEquals(START, query.refusedStart(id).orElseThrow());
    }

    @Test
    void whatIsNotKeptIsNotFound() {
        var nothing = refuse(null, 0);
        assertTrue(query.refused(nothing).isEmpty());
        assertTrue(query.refusedStart(nothing).isEmpty());

        var forgotten = refuse(START, 5);
        trail.store.forgetRefused(trail.clock.instant().plusSeconds(1));
        assertTrue(query.refused(forgotten).isEmpty());
        assertTrue(query.refusedStart(forgotten).isEmpty());
    }
}
