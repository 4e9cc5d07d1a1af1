package contenders;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** The least a server can do: reads the whole body and answers a constant, as long as a real positive answer. */
public final class ConstantServlet extends HttpServlet {
    private static final long serialVersionUID = 1L;
    private static final byte[] ANSWER =
            """
            <soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/" \
            xmlns:wsa="http://www.w3.org/2005/08/addressing"><soap:Header>\
            <wsa:MessageID>5D7A2C64-1E93-4B08-A6F1-C83B50E29D47</wsa:MessageID>\
            <wsa:Action>urn:nhs-itk:services:201005:SendCDADocument-v2-0Response</wsa:Action>\
            <wsa:To>http://www.w3.org/2005/08/addressing/anonymous</wsa:To>\
            <wsa:RelatesTo>0B6E8D10-52C7-4C3A-8F2E-6A4D19C07B35</wsa:RelatesTo></soap:Header><soap:Body>\
            <itk:SimpleMessageResponse xmlns:itk="urn:nhs-itk:ns:201005">OK</itk:SimpleMessageResponse>\
            </soap:Body></soap:Envelope>"""
                    .getBytes(StandardCharsets.UTF_8);

    @Override
    protected void doPost(HttpServletRequest request, HttpServletResponse response) throws IOException {
        request.getInputStream().readAllBytes();
        response.setContentType("text/xml;charset=UTF-8");
        response.setContentLength(ANSWER.length);
        response.getOutputStream().write(ANSWER);
    }

    /** Tells that it is there. */
    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) {
        response.setContentLength(0);
    }
}
