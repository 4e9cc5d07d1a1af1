package org.itkserver.soap;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.TreeMap;
import org.itkserver.envelope.Xml;

/** {@code GET /wsdl/}: the WSDLs and schemas to download. */
public final class ContractServlet extends HttpServlet {
    private static final long serialVersionUID = 1L;

    /** Address below /wsdl/ to resource; WSDLs import {@code ../xsd/}, so schemas answer there too. */
    private final transient TreeMap<String, String> files = new TreeMap<>();

    public ContractServlet() {
        files.put(Endpoints.GENERIC, "wsdl/" + Endpoints.GENERIC);
        Endpoints.FAMILIES.keySet().forEach(name -> files.put(name, "wsdl/" + name));
        Endpoints.SCHEMAS.forEach(name -> files.put(name, "xsd/" + name));
    }

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        var path = request.getPathInfo();
        if (path == null) {
            response.sendRedirect("/wsdl/");
            return;
        }
        var resource = files.get(path.substring(1));
        if (path.equals("/")) {
            index(response);
        } else if (resource == null
                || !resource.startsWith(request.getServletPath().substring(1))) {
            response.sendError(HttpServletResponse.SC_NOT_FOUND);
        } else {
            response.setContentType("text/xml;charset=UTF-8");
            response.getOutputStream().write(Endpoints.resource(resource));
        }
    }

    private void index(HttpServletResponse response) throws IOException {
        var page = new StringBuilder("<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\">"
                + "<title>WSDLs and schemas</title></head><body><h1>WSDLs and schemas</h1><ul>");
        files.forEach((name, resource) -> page.append("<li><a href=\"/")
                .append(Xml.escape(resource))
                .append("\">")
                .append(Xml.escape(name))
                .append("</a></li>"));
        page.append("</ul><h2>One service each</h2><ul>");
        Endpoints.FAMILIES.values().stream()
                .flatMap(java.util.List::stream)
                .sorted()
                .forEach(name -> page.append("<li><a href=\"/itk/services/")
                        .append(Xml.escape(name))
                        .append("?wsdl\">")
                        .append(Xml.escape(name))
                        .append("</a></li>"));
        page.append("</ul></body></html>");
        response.setContentType("text/html;charset=UTF-8");
        response.setHeader("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
        response.getOutputStream().write(page.toString().getBytes(StandardCharsets.UTF_8));
    }
}
