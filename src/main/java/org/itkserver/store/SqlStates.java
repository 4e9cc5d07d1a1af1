package org.itkserver.store;

import java.sql.SQLException;
import java.util.Set;

/** What a failure of the database is about, by its SQLSTATE. */
final class SqlStates {
    /** Classes that speak of the entry and not of the database: data, integrity, check option, raised. */
    private static final Set<String> ENTRY_AT_FAULT = Set.of("22", "23", "44", "P0");

    /**
     * Classes that speak of the database: none given, connection, authorization, no such database, resources, operator
     * intervention, system and configuration errors, schema not there yet, H2's own.
     */
    private static final Set<String> DATABASE_AWAY =
            Set.of("", "08", "28", "3D", "53", "57", "58", "F0", "42", "90", "HY");

    private SqlStates() {}

    private static String stateClass(SQLException e) {
        var state = e.getSQLState();
        return state == null || state.length() < 2 ? "" : state.substring(0, 2);
    }

    static boolean isEntryAtFault(SQLException e) {
        return ENTRY_AT_FAULT.contains(stateClass(e));
    }

    /** Another node was first; worth another try. */
    static boolean isRace(SQLException e) {
        return stateClass(e).equals("40") || stateClass(e).equals("23");
    }

    static boolean isAway(SQLException e) {
        return DATABASE_AWAY.contains(stateClass(e));
    }
}
