package contenders;

import jakarta.xml.ws.Provider;
import jakarta.xml.ws.Service;
import jakarta.xml.ws.ServiceMode;
import jakarta.xml.ws.WebServiceProvider;
import javax.xml.transform.stream.StreamSource;

/** A CXF endpoint that answers with the body's content it got: nothing checked, nothing kept. */
@WebServiceProvider
@ServiceMode(Service.Mode.PAYLOAD)
public final class Echo implements Provider<StreamSource> {
    @Override
    public StreamSource invoke(StreamSource request) {
        return request;
    }
}
