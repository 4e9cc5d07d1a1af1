package org.itkserver.boot;

import java.net.http.HttpClient;
import java.util.Optional;
import java.util.function.Supplier;
import org.itkserver.connector.FolderHandler;
import org.itkserver.connector.HttpHandler;
import org.itkserver.connector.SampleHandler;
import org.itkserver.directory.Directory;
import org.itkserver.directory.HandlerSettings;
import org.itkserver.handler.Handlers;
import org.itkserver.handler.PayloadHandler;

/** The handlers that the directory in force names. Thread-safe. */
final class ConfiguredHandlers implements Handlers {
    private static final int MOST_REPLY = 16 << 20;

    private final Supplier<Directory> directory;
    private final Home home;
    private final SampleHandler sample;
    private final HttpClient client = HttpHandler.client();

    ConfiguredHandlers(Supplier<Directory> directory, Home home, SampleHandler sample) {
        this.directory = directory;
        this.home = home;
        this.sample = sample;
    }

    @Override
    public Optional<PayloadHandler> find(String name) {
        if (name.equals(Directory.SAMPLE)) {
            return Optional.of(sample);
        }
        return Optional.ofNullable(directory.get().handlers().get(name)).map(this::handler);
    }

    private PayloadHandler handler(HandlerSettings settings) {
        if (settings instanceof HandlerSettings.Http http) {
            return new HttpHandler(client, http, MOST_REPLY, home.spool());
        }
        var folder = home.resolve(((HandlerSettings.Folder) settings).folder());
        return new FolderHandler(folder, home.holds(folder));
    }
}
