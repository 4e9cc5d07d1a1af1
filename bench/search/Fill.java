import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import org.itkserver.exchange.PatientKey;

/**
 * Adds messages to a migrated PostgreSQL by SQL: {@code Fill URL USER MESSAGES HOME}. One in four is an acknowledgement of
 * the message before it; one in a hundred ended badly; fifty partners, twenty services; three seconds between two of them.
 */
public final class Fill {
    /** A test number; a hundred messages are about it. */
    static final String NUMBER = "9990000018";

    private static final String MESSAGES =
            """
            insert into message (id, direction, partner, tracking_id, message_id, service, interaction, sender, addresses,
                state, received_at, settled_at, digest, raw_sha256, raw_size, patient, answer, inf_ack_requested,
                ack_requested, reason, kind, origin, outcome, inbox)
            select 5000000000 + i, case when i %% 3 = 0 then 'out' else 'in' end, 'partner-' || i %% 50,
                upper(cast(cast(md5('t' || i) as uuid) as varchar)), upper(cast(cast(md5('m' || i) as uuid) as varchar)),
                'SendService-' || i %% 20, 'urn:nhs-itk:interaction:number-' || i %% 40,
                'urn:nhs-uk:addressing:ods:Y' || i %% 50, 'urn:nhs-uk:addressing:ods:Z9999:ward',
                case when i %% 1000 = 501 then 'dead-letter' when i %% 500 = 101 then 'overdue'
                    when i %% 100 = 1 then 'rejected' when i %% 3 = 0 then 'business-acked' else 'handled' end,
                now() - interval '3 seconds' * (%1$d - i), now() - interval '3 seconds' * (%1$d - i),
                sha256(cast(cast(i as varchar) as bytea)), sha256(cast(cast(i as varchar) as bytea)), 12288,
                decode(md5('p' || i %% 2000000), 'hex'), null, i %% 2 = 0, i %% 5 = 0,
                case when i %% 100 = 1 then 'Failure from partner' end,
                case when i %% 4 = 3 then 'inf-ack' else 'business' end,
                case when i %% 4 = 3 and i %% 1000 <> 7 then 5000000000 + i - 1 end,
                case when i %% 4 = 3 then 'OK' end, false
            from generate_series(1, %1$d) i""";

    public static void main(String[] arguments) throws Exception {
        long start = System.nanoTime();
        try (var connection = DriverManager.getConnection(arguments[0], arguments[1], "")) {
            var indexes = indexes(connection);
            for (var name : indexes.keySet()) {
                run(connection, "drop index " + name);
            }
            run(connection, String.format(MESSAGES, Long.parseLong(arguments[2])));
            var key = new PatientKey(HexFormat.of().parseHex(
                    Files.readString(Path.of(arguments[3], "keys", "patient-search.key")).trim()));
            try (var update = connection.prepareStatement(
                    "update message set patient = ? where id >= 5000000000 and id % 100000 = 6")) {
                update.setBytes(1, key.of(NUMBER));
                update.executeUpdate();
            }
            for (var definition : indexes.values()) {
                run(connection, definition);
            }
            run(connection, "vacuum analyze message");
            run(connection, "checkpoint");
        }
        System.out.printf("added messages in %.0f s%n", (System.nanoTime() - start) / 1e9);
    }

    private static Map<String, String> indexes(Connection connection) throws SQLException {
        var out = new LinkedHashMap<String, String>();
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery(
                        "select indexname, indexdef from pg_indexes where tablename = 'message' and indexname not like '%pkey'")) {
            while (rows.next()) {
                out.put(rows.getString(1), rows.getString(2));
            }
        }
        return out;
    }

    private static void run(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
