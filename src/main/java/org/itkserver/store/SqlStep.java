package org.itkserver.store;

import java.sql.Connection;
import java.sql.SQLException;

/** A short change that is committed together with its audit event. It must wait for no lock. */
@FunctionalInterface
public interface SqlStep {
    /** @param connection the open transaction */
    void run(Connection connection) throws SQLException;
}
