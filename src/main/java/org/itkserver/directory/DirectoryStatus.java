package org.itkserver.directory;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Which version of the directory is in force.
 *
 * @param version SHA-256 of the file's bytes, hexadecimal
 * @param loadedAt when it was loaded
 * @param mistake what is wrong with the file as it lies there now, with its line; null when that is the version in force
 * @param mistakeAt when the mistake was found
 */
public record DirectoryStatus(
        String version, Instant loadedAt, @Nullable String mistake, @Nullable Instant mistakeAt) {}
