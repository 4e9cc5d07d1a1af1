package org.itkserver.boot;

import com.ctc.wstx.stax.WstxInputFactory;
import java.util.List;
import java.util.Optional;
import org.itkserver.admin.AdminPages;
import org.itkserver.admin.AdminSettings;
import org.itkserver.admin.FileDesk;
import org.itkserver.admin.Monitor;
import org.itkserver.admin.StoredContent;
import org.itkserver.audit.AlertKind;
import org.itkserver.audit.AuditEvent;
import org.itkserver.audit.AuditType;
import org.itkserver.audit.Cause;
import org.itkserver.directory.DirectoryStatus;
import org.itkserver.retention.RetentionDesk;
import org.itkserver.store.JdbcStanding;

/** Puts the console together from the server's parts. */
final class Console {
    private Console() {}

    private static FileDesk files(Server server) {
        return new FileDesk() {
            @Override
            public DirectoryStatus directory() {
                return server.directory.status();
            }

            @Override
            public Optional<String> putInForce(String sha256, String person, String source) {
                return server.directory.putInForce(sha256, person, source, server.store, server.versions::current);
            }

            @Override
            public List<Waiting> waiting() {
                return server.outboxes.pending().stream()
                        .map(file -> new Waiting(file.outbox(), file.name(), file.reason()))
                        .toList();
            }
        };
    }

    private static void setAside(Server server, long message) {
        var text = "The payloads of message " + message + " are not shown: the server ended each time they were.";
        server.store.append(AuditEvent.ofServer(server.clock.instant(), AuditType.ALERT, text)
                .raising(new Cause(AlertKind.OTHER, "view/" + message, null, text)));
    }

    static AdminPages of(Server server, Monitor monitor, RetentionDesk desk) {
        var content = new StoredContent(
                server.query,
                server.scanner,
                server.streams,
                new WstxInputFactory(),
                server.home.spool(),
                server.memory.console(),
                server.inHand,
                row -> setAside(server, row.id()));
        return new AdminPages(
                server.query,
                server.repairDesk.search(),
                server.search,
                server.store,
                server.accounts,
                server.directory,
                files(server),
                content,
                server.patientKey,
                server.repairDesk.repairs(),
                server.repairDesk.bulk(),
                desk,
                new JdbcStanding(server.reading),
                SelfTrial.of(server.settings, server.directory::answersWithSamples),
                server.clock,
                AdminSettings.of(server.settings.publicUrl()),
                server.directory::answersWithSamples,
                monitor);
    }
}
