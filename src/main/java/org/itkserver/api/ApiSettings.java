package org.itkserver.api;

import java.nio.file.Path;
import org.itkserver.io.MemoryBudget;

/**
 * What the API may take.
 *
 * @param maxMessage largest message in bytes
 * @param spoolFolder where large bodies lie while they are read; must exist
 * @param heap bytes of heap of this process
 * @param memory what bodies take while they are turned into messages
 */
public record ApiSettings(long maxMessage, Path spoolFolder, long heap, MemoryBudget.Share memory) {}
