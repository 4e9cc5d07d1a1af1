package org.itkserver.connector;

import org.jspecify.annotations.Nullable;

/**
 * What a query is answered with.
 *
 * @param code the business code
 * @param patient who is returned, null for nobody
 */
record SampleAnswer(BusinessCode code, @Nullable SamplePatient patient) {

    static SampleAnswer of(BusinessCode code) {
        return new SampleAnswer(code, null);
    }
}
