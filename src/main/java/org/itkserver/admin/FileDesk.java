package org.itkserver.admin;

import java.util.List;
import java.util.Optional;
import org.itkserver.directory.DirectoryStatus;

/** The files that the server reads: directory.yaml, and what waits in outboxes. Thread-safe. */
public interface FileDesk {

    /** Which version of directory.yaml is in force, and what is wrong with a later one. */
    DirectoryStatus directory();

    /**
     * Puts a pending directory.yaml in force, audited in the person's name.
     *
     * @param sha256 of the pending file that the person saw
     * @return why it was not done, a sentence without its full stop; empty when it was done
     * @throws org.itkserver.audit.StoreUnavailable when it could not be recorded; it did not take effect then
     */
    Optional<String> putInForce(String sha256, String person, String source);

    /** Files of outboxes that are not sent yet, as the last look found them; not more than some hundred. */
    List<Waiting> waiting();

    /**
     * A file that is not sent yet.
     *
     * @param outbox name of its outbox
     * @param name of the file, with what may be an NHS number masked
     * @param reason why it waits, a sentence
     */
    record Waiting(String outbox, String name, String reason) {}
}
