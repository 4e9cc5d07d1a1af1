package org.itkserver.store;

import java.sql.ResultSet;
import java.sql.SQLException;
import org.itkserver.exchange.Acceptance;
import org.itkserver.exchange.AnswerKind;
import org.itkserver.exchange.MessageState;
import org.itkserver.exchange.StoredMessage;

/** Rows as {@link StoredMessage}. */
final class StoredMessages {
    static final String COLUMNS = "id, partner, tracking_id, digest, state, answer, error_id, reason";

    private StoredMessages() {}

    static StoredMessage of(ResultSet row) throws SQLException {
        return new StoredMessage(
                row.getLong("id"),
                row.getBytes("digest"),
                MessageState.ofLabel(row.getString("state")),
                AnswerKind.valueOf(row.getString("answer")),
                row.getString("error_id"),
                row.getString("reason"));
    }

    static StoredMessage of(Acceptance message) {
        return new StoredMessage(message.id(), message.digest(), message.state(), message.answer(), null, null);
    }
}
