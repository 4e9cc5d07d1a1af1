package org.itkserver.exchange;

/** What a message was answered with; stored, so that a copy gets the same (H9). */
public enum AnswerKind {
    /** 200 with SimpleMessageResponse. */
    OK200,
    /** 200 with an empty body. */
    EMPTY200,
    /** 202 with an empty body. */
    EMPTY202,
    /** 200 with the business response that is stored with the message. */
    RESPONSE,
    /** A 2200 fault whose ErrorID and reason are stored with the message. */
    FAULT
}
