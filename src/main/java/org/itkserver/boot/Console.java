package org.itkserver.boot;

import com.ctc.wstx.stax.WstxInputFactory;
import org.itkserver.admin.AdminPages;
import org.itkserver.admin.AdminSettings;
import org.itkserver.admin.Monitor;
import org.itkserver.admin.StoredContent;
import org.itkserver.retention.RetentionDesk;
import org.itkserver.store.JdbcStanding;

/** Puts the console together from the server's parts. */
final class Console {
    private Console() {}

    static AdminPages of(Server server, Monitor monitor, RetentionDesk desk) {
        var content = new StoredContent(
                server.query, server.scanner, server.streams, new WstxInputFactory(), server.home.spool());
        return new AdminPages(
                server.query,
                server.repairDesk.search(),
                server.search,
                server.store,
                server.accounts,
                server.directory,
                server.directory::status,
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
