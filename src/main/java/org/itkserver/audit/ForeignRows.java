package org.itkserver.audit;

/**
 * What a server notes in its trail when it finds rows or a seal of its own node that it did not write. A check of the trail
 * reports such a note as a finding.
 */
public final class ForeignRows {
    private static final String ROWS = "audit rows before this one were not written by this server";
    private static final String SEAL = "the seal before this row was not made with this server's key";

    private ForeignRows() {}

    /** The detail of the alert about rows. */
    public static String rows() {
        return ROWS;
    }

    /** The detail of the alert about a seal. */
    public static String seal() {
        return SEAL;
    }

    /** Whether an event is such a note. */
    public static boolean isNoted(StoredRow row) {
        return row.type().equals(AuditType.ALERT.label())
                && (row.detail().equals(ROWS) || row.detail().equals(SEAL));
    }
}
