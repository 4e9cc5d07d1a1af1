package org.itkserver.api;

import java.nio.file.Path;

/**
 * What the API may take.
 *
 * @param maxMessage largest message in bytes
 * @param spoolFolder where large bodies lie while they are read; must exist
 * @param heap bytes of heap of this process
 */
public record ApiSettings(long maxMessage, Path spoolFolder, long heap) {}
