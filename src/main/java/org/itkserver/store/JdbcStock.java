package org.itkserver.store;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.itkserver.retention.Due;
import org.itkserver.retention.Proof;
import org.itkserver.retention.Purge;
import org.itkserver.retention.PurgeStore;
import org.itkserver.retention.Run;
import org.itkserver.retention.Sizes;
import org.itkserver.retention.Stock;
import org.itkserver.retention.Terms;

/** What is stored and what was destroyed, on JDBC. No question reads a table through. */
public final class JdbcStock implements Stock {
    /** Messages that are looked at for what is due. */
    private static final int WINDOWS = 20;

    private static final PurgeStore.Limits EVERYTHING = new PurgeStore.Limits(Integer.MAX_VALUE, Long.MAX_VALUE);
    private static final String H2_TOTAL =
            "select cast(setting_value as bigint) * 1024 from information_schema.settings"
                    + " where setting_name = 'info.FILE_SIZE'";
    private static final String TOTAL =
            """
            select coalesce(sum(pg_total_relation_size(c.oid)), 0) from pg_class c
            where c.relkind = 'r' and c.relnamespace = current_schema()::regnamespace""";
    private static final String H2_TABLES =
            """
            select table_name, row_count_estimate, 0 from information_schema.tables
            where table_schema = current_schema() and table_type = 'BASE TABLE' order by 2 desc, 1""";
    private static final String TABLES =
            """
            select c.relname, cast(c.reltuples as bigint), pg_total_relation_size(c.oid) from pg_class c
            where c.relkind = 'r' and c.relnamespace = current_schema()::regnamespace order by 3 desc, 1""";
    private static final String RUNS =
            """
            select id, node, started_by, state, began_at, ended_at, contents, records, bytes, size_before, size_after
            from purge_run order by id desc fetch first ? rows only""";
    private static final String PROOFS =
            """
            select b.id, b.kind, b.messages, b.bytes, b.services, b.received_from, b.received_to, b.chosen_at,
                b.destroyed_at, e.node, e.seq, e.digest
            from purge_batch b left"""
                    + PurgeNotes.EVENT + PurgeNotes.SEALED
                    + " where b.chosen_at >= ? and b.chosen_at < ? and b.id > ? order by b.id fetch first ? rows only";
    private static final String LEAVES =
            "select message_id, raw_sha256 from destroyed_message where batch = ? order by message_id";

    private final Database database;

    /** @param database connections for reading */
    public JdbcStock(Database database) {
        this.database = database;
    }

    /** Bytes of everything. */
    static long total(Connection connection, boolean h2) throws SQLException {
        return Sql.first(connection, h2 ? H2_TOTAL : TOTAL, row -> row.getLong(1))
                .orElse(0L);
    }

    @Override
    public Sizes sizes(Instant now) {
        return database.read(connection -> {
            boolean h2 = database.isH2();
            var tables = Sql.list(
                    connection,
                    h2 ? H2_TABLES : TABLES,
                    row -> new Sizes.Table(row.getString(1), row.getLong(2), h2 ? null : Long.valueOf(row.getLong(3))));
            return new Sizes(now, total(connection, h2), tables, ContentSample.take(connection, now));
        });
    }

    @Override
    public Due due(Terms terms) {
        return database.read(connection -> {
            var services = new ArrayList<Due.OfService>();
            boolean more = false;
            for (var kind : Purge.values()) {
                var found = new PurgeWalk(connection, kind, terms).find(PurgeStore.Place.START, EVERYTHING, WINDOWS);
                more |= !found.end();
                var counted = new TreeMap<String, long[]>();
                for (var message : found.due()) {
                    var of = counted.computeIfAbsent(message.service(), service -> new long[2]);
                    of[0]++;
                    of[1] += message.bytes();
                }
                counted.forEach((service, of) -> services.add(new Due.OfService(service, kind, of[0], of[1])));
            }
            return new Due(terms.now(), services, more);
        });
    }

    @Override
    public List<Run> runs(int limit) {
        return database.read(connection -> Sql.list(connection, RUNS, JdbcStock::run, limit));
    }

    private static Run run(ResultSet row) throws SQLException {
        return new Run(
                row.getLong("id"),
                row.getString("node"),
                row.getString("started_by"),
                Run.State.ofLabel(row.getString("state")),
                Sql.time(row, "began_at"),
                Sql.timeOrNull(row, "ended_at"),
                row.getLong("contents"),
                row.getLong("records"),
                row.getLong("bytes"),
                row.getLong("size_before"),
                row.getObject("size_after", Long.class));
    }

    @Override
    public List<Proof> proofs(Instant from, Instant to, long after, int most) {
        return database.read(connection -> Sql.list(connection, PROOFS, JdbcStock::proof, from, to, after, most));
    }

    private static Proof proof(ResultSet row) throws SQLException {
        return new Proof(
                row.getLong("id"),
                Purge.ofLabel(row.getString("kind")),
                row.getInt("messages"),
                row.getLong("bytes"),
                row.getString("services"),
                Sql.time(row, "received_from"),
                Sql.time(row, "received_to"),
                Sql.time(row, "chosen_at"),
                row.getString("node"),
                row.getObject("seq", Long.class),
                row.getBytes("digest"),
                Sql.timeOrNull(row, "destroyed_at"));
    }

    @Override
    public List<Proof.Leaf> leaves(long batch) {
        return database.read(connection ->
                Sql.list(connection, LEAVES, row -> new Proof.Leaf(row.getLong(1), row.getBytes(2)), batch));
    }
}
