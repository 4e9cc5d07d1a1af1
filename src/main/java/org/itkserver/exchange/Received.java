package org.itkserver.exchange;

import org.itkserver.directory.Directory;
import org.itkserver.directory.Service;
import org.itkserver.envelope.Acknowledged;
import org.itkserver.envelope.EnvelopeHeader;

/**
 * A received message, as far as what we send because of it needs to know.
 *
 * @param id row id
 * @param partner id of the partner that brought it
 * @param service service name
 * @param about what acknowledgements repeat of it
 * @param infAckRequested whether it asks for an infrastructure acknowledgement
 * @param ackRequested whether it asks for a business acknowledgement
 */
record Received(
        long id, String partner, String service, Acknowledged about, boolean infAckRequested, boolean ackRequested) {

    static Received of(long id, String partner, Directory directory, EnvelopeHeader header) {
        var service = directory.serviceOf(header.service()).map(Service::name).orElse(header.service());
        return new Received(
                id, partner, service, Acknowledged.of(header), header.infAckRequested(), header.ackRequested());
    }
}
