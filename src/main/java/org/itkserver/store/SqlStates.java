package org.itkserver.store;

import java.sql.SQLException;
import java.util.Set;

/**
 * Sorts failures of the database by their SQLSTATE. Only a failure that every statement would meet counts as "away"; any
 * other is a matter of one entry, so that one bad entry fails alone.
 */
final class SqlStates {
    /** Classes about the entry's data: data exception, integrity constraint, check option, raised by a trigger. */
    private static final Set<String> ENTRY_AT_FAULT = Set.of("22", "23", "44", "P0");

    /**
     * Classes about the database as a whole: no state (the pool could not connect), connection, authorization, no such
     * database, insufficient resources, system error, configuration error.
     */
    private static final Set<String> AWAY_CLASSES = Set.of("", "08", "28", "3D", "53", "58", "F0");

    /**
     * Single states about the database as a whole. PostgreSQL: read-only (25006), the administrator's and the crash's
     * shutdown, cannot connect now, database dropped, idle session ended (57P01 to 57P05). H2: in use by another process
     * (90020), input or output failed (90028, 90031), file damaged (90030), connection broken (90067), closed (90007, 90098,
     * 90121), in exclusive use (90135).
     */
    private static final Set<String> AWAY_STATES = Set.of(
            "25006", "57P01", "57P02", "57P03", "57P04", "57P05", "90007", "90020", "90028", "90030", "90031", "90067",
            "90098", "90121", "90135");

    private SqlStates() {}

    private static String stateClass(SQLException e) {
        var state = e.getSQLState();
        return state == null || state.length() < 2 ? "" : state.substring(0, 2);
    }

    /** Whether the database refuses the entry's data for good. */
    static boolean isEntryAtFault(SQLException e) {
        return ENTRY_AT_FAULT.contains(stateClass(e));
    }

    /** Whether another node was first; worth another try. */
    static boolean isRace(SQLException e) {
        return stateClass(e).equals("40") || stateClass(e).equals("23");
    }

    /** Whether any other statement would fail as well, now. */
    static boolean isAway(SQLException e) {
        var state = e.getSQLState();
        return AWAY_CLASSES.contains(stateClass(e)) || state != null && AWAY_STATES.contains(state);
    }
}
