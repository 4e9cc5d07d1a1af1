package org.itkserver.watch;

/**
 * News for people who are not at the console.
 *
 * @param closed whether the alert was closed; else it was opened
 */
public record Notice(Alert alert, boolean closed) {}
