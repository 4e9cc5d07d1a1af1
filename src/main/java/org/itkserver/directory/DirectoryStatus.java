package org.itkserver.directory;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Which version of the directory is in force.
 *
 * @param version SHA-256 of the file's bytes, hexadecimal
 * @param loadedAt when it was loaded
 * @param mistake what is wrong with the file as it lies there now, with its line, or that it is pending; null when that is the
 *     version in force
 * @param mistakeAt when that was found
 * @param pending SHA-256 of a changed file that is valid and was written in place, so that it may not be complete; null for none
 */
public record DirectoryStatus(
        String version,
        Instant loadedAt,
        @Nullable String mistake,
        @Nullable Instant mistakeAt,
        @Nullable String pending) {}
