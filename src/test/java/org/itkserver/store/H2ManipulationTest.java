package org.itkserver.store;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class H2ManipulationTest extends ManipulationContract {
    @TempDir
    static Path folder;

    @Override
    DatabaseSettings settings() {
        return DatabaseSettings.embedded(folder.resolve("itk"));
    }
}
