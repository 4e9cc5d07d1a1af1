package attacks;

import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What came back on a connection.
 *
 * @param status of the first answer; 0 when the connection ended, or nothing came in time, without one
 * @param head status line and headers of the first answer
 * @param all everything that came
 * @param answers how many answers came
 * @param closed whether the server ended the connection
 * @param millis until the first answer, or until it was clear that none comes
 */
record Reply(int status, String head, String body, String all, int answers, boolean closed, long millis) {
    private static final Pattern STATUS = Pattern.compile("HTTP/1\\.[01] (\\d{3}) ");

    static Reply of(byte[] bytes, boolean closed, long millis) {
        var all = new String(bytes, StandardCharsets.UTF_8);
        Matcher m = STATUS.matcher(all);
        int answers = 0;
        int status = 0;
        while (m.find()) {
            answers++;
            status = status == 0 ? Integer.parseInt(m.group(1)) : status;
        }
        int end = all.indexOf("\r\n\r\n");
        var head = end < 0 ? all : all.substring(0, end);
        return new Reply(status, head, end < 0 ? "" : all.substring(end + 4), all, answers, closed, millis);
    }

    static Reply nothing(long millis) {
        return of(new byte[0], true, millis);
    }

    String errorCode() {
        return first("<(?:\\w+:)?ErrorCode[^>]*>([^<]*)<");
    }

    String faultCode() {
        var code = first("<faultcode[^>]*>([^<]*)<");
        code = code.isEmpty() ? first("<soap:Code><soap:Value>([^<]*)<") : code;
        return code.substring(code.indexOf(':') + 1);
    }

    String soapBody() {
        return first("(?s)<soap:Body>(.*)</soap:Body>");
    }

    private String first(String regex) {
        Matcher m = Pattern.compile(regex).matcher(body);
        return m.find() ? m.group(1) : "";
    }

    /** In a few words, for the table. */
    String brief() {
        if (status == 0) {
            return closed ? "closed, no answer" : "no answer";
        }
        var fault = faultCode().isEmpty() ? "" : " " + faultCode() + " " + errorCode();
        return status + fault + (answers > 1 ? ", " + answers + " answers" : "");
    }
}
