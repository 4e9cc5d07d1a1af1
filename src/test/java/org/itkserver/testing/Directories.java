package org.itkserver.testing;

import java.util.List;
import java.util.Set;
import org.itkserver.directory.Directory;
import org.itkserver.directory.Organisation;
import org.itkserver.directory.Outbox;
import org.itkserver.directory.Partner;
import org.itkserver.directory.Retention;
import org.itkserver.directory.Route;
import org.itkserver.directory.Service;

/** Directories of Z9999. */
public final class Directories {
    private static final Organisation US =
            new Organisation("Z9999", "urn:nhs-uk:addressing:ods:Z9999", "urn:nhs-uk:identity:ods:Z9999:itk", "us");

    private Directories() {}

    public static Directory of(List<Partner> partners, List<Service> services, List<Route> routes) {
        return new Directory(US, partners, services, List.of(), Set.of(), routes, List.of(), Retention.DEFAULT);
    }

    /** One with outboxes. */
    public static Directory of(List<Partner> partners, List<Service> services, Outbox... outboxes) {
        return new Directory(
                US, partners, services, List.of(), Set.of(), List.of(), List.of(outboxes), Retention.DEFAULT);
    }

    /** One without partners. */
    public static Directory keeping(Retention retention, List<Service> services) {
        return new Directory(US, List.of(), services, List.of(), Set.of(), List.of(), List.of(), retention);
    }
}
