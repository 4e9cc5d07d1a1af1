package org.itkserver.boot;

import com.ctc.wstx.stax.WstxInputFactory;
import org.itkserver.admin.AdminPages;
import org.itkserver.admin.AdminSettings;
import org.itkserver.admin.Monitor;
import org.itkserver.store.JdbcMessageSearch;

/** Puts the console together from the server's parts. */
final class Console {
    private Console() {}

    static AdminPages of(Server server, Monitor monitor) {
        return new AdminPages(
                server.query,
                new JdbcMessageSearch(server.reading),
                server.search,
                server.store,
                server.accounts,
                server.directory,
                server.directory::status,
                server.scanner,
                server.streams,
                new WstxInputFactory(),
                server.patientKey,
                server.home.spool(),
                SelfTrial.of(server.settings, server::answersWithSamples),
                server.clock,
                AdminSettings.of(server.settings.publicUrl()),
                server::answersWithSamples,
                monitor);
    }
}
