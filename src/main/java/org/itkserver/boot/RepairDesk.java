package org.itkserver.boot;

import java.time.Clock;
import java.util.function.Supplier;
import org.itkserver.directory.Directory;
import org.itkserver.exchange.BulkJobs;
import org.itkserver.exchange.BulkResends;
import org.itkserver.exchange.BulkRunner;
import org.itkserver.exchange.MessageStore;
import org.itkserver.exchange.Repairs;
import org.itkserver.store.JdbcMessageSearch;

/** What people do with messages, put together. */
record RepairDesk(JdbcMessageSearch search, Repairs repairs, BulkResends bulk, BulkRunner runner) {

    static RepairDesk of(
            JdbcMessageSearch search,
            BulkJobs jobs,
            MessageStore store,
            Supplier<Directory> directory,
            Clock clock,
            Runnable wake) {
        var repairs = new Repairs(store, directory, clock, wake);
        return new RepairDesk(
                search,
                repairs,
                new BulkResends(jobs, store, search, directory, clock),
                new BulkRunner(jobs, store, repairs, clock));
    }
}
