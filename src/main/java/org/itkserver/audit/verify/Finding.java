package org.itkserver.audit.verify;

/**
 * Something wrong with a trail.
 *
 * @param node whose trail
 * @param seq the first row it concerns
 * @param problem one sentence in plain words, without its full stop
 */
public record Finding(String node, long seq, String problem) {}
