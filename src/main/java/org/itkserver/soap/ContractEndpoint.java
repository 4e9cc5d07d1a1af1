package org.itkserver.soap;

import jakarta.xml.ws.Provider;
import jakarta.xml.ws.Service;
import jakarta.xml.ws.ServiceMode;
import jakarta.xml.ws.WebServiceProvider;
import javax.xml.transform.Source;

/**
 * What CXF publishes at each address: the contract. The messages themselves are answered by {@link ItkServlet}
 * before CXF would call this.
 */
@WebServiceProvider
@ServiceMode(Service.Mode.PAYLOAD)
final class ContractEndpoint implements Provider<Source> {

    @Override
    public Source invoke(Source request) {
        throw new IllegalStateException("the intake answers every message");
    }
}
