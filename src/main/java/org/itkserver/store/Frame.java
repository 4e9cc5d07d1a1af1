package org.itkserver.store;

import org.jspecify.annotations.Nullable;

/**
 * Bytes as they stand in a row: compressed (docs/adr/0008), and encrypted when there is a key (docs/adr/0019).
 *
 * @param key id of the key, null when they are not encrypted
 */
record Frame(@Nullable String key, byte[] bytes) {}
