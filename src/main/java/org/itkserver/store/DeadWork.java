package org.itkserver.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import org.itkserver.delivery.Lane;
import org.itkserver.exchange.MessageState;
import org.itkserver.exchange.Settlement;

/** Keeps what work was that ends badly, so that a person can have it done again. Used by the committer's thread alone. */
final class DeadWork {
    private static final Set<MessageState> BAD = Set.of(MessageState.DEAD_LETTER, MessageState.REJECTED);
    private static final Set<Lane.Kind> KEPT = Set.of(Lane.Kind.HANDLE, Lane.Kind.SEND);
    private static final String FORGET = "delete from dead_work where message_id = ? and number = ?";
    private static final String KEEP =
            "insert into dead_work (message_id, number, kind, handler, attempt) values (?, ?, ?, ?, ?)";

    void keep(Connection connection, List<Settlement> ended) throws SQLException {
        for (var settlement : ended) {
            if (BAD.contains(settlement.state())
                    && KEPT.contains(settlement.work().lane().kind())) {
                keep(connection, settlement);
            }
        }
    }

    private static void keep(Connection connection, Settlement settlement) throws SQLException {
        var work = settlement.work();
        try (var forget = connection.prepareStatement(FORGET);
                var keep = connection.prepareStatement(KEEP)) {
            // there is one when an acknowledgement that could not be sent was asked for again by a copy
            forget.setLong(1, work.message());
            forget.setInt(2, work.number());
            forget.executeUpdate();
            keep.setLong(1, work.message());
            keep.setInt(2, work.number());
            keep.setString(3, work.lane().kind().label());
            keep.setString(4, work.lane().name());
            keep.setInt(5, work.attempt());
            keep.executeUpdate();
        }
    }
}
