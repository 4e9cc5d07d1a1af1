package org.itkserver.connector;

import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Date;
import java.util.List;
import java.util.Properties;
import java.util.function.Consumer;
import org.itkserver.watch.Alert;
import org.itkserver.watch.Notice;

/** Tells people of alerts by e-mail: plain text, over TLS where the mail server offers it. Thread-safe. */
public final class AlertMail {
    private final Settings settings;
    private final String node;
    private final Clock clock;
    private final Consumer<Duration> pause;
    private final Session session;

    /**
     * Where mail goes.
     *
     * @param host mail server that takes it without a login
     * @param from who it is from
     * @param to whom it is for
     */
    public record Settings(String host, int port, String from, List<String> to) {
        public Settings {
            to = List.copyOf(to);
        }
    }

    /**
     * @param node id of this node
     * @param pause waits between two tries
     */
    public AlertMail(Settings settings, String node, Clock clock, Consumer<Duration> pause) {
        this.settings = settings;
        this.node = node;
        this.clock = clock;
        this.pause = pause;
        var millis = Long.toString(Tries.TIMEOUT.toMillis());
        var properties = new Properties();
        properties.setProperty("mail.smtp.host", settings.host());
        properties.setProperty("mail.smtp.port", Integer.toString(settings.port()));
        properties.setProperty("mail.smtp.from", settings.from());
        properties.setProperty("mail.smtp.connectiontimeout", millis);
        properties.setProperty("mail.smtp.timeout", millis);
        properties.setProperty("mail.smtp.writetimeout", millis);
        properties.setProperty("mail.smtp.starttls.enable", "true");
        // without it the host's own name is looked up, which may take long
        properties.setProperty("mail.smtp.localhost", "itk-transport-server");
        session = Session.getInstance(properties);
    }

    /** Tells of it, in three tries at most; a failure is logged only. */
    public void tell(Notice notice) {
        Tries.run("the mail server", notice.alert().key(), () -> send(notice), pause);
    }

    private String send(Notice notice) {
        try {
            var message = new MimeMessage(session);
            message.setFrom(new InternetAddress(settings.from()));
            for (var to : settings.to()) {
                message.addRecipient(Message.RecipientType.TO, new InternetAddress(to));
            }
            var utf8 = StandardCharsets.UTF_8.name();
            message.setSubject(subject(notice), utf8);
            message.setText(text(notice), utf8);
            message.setSentDate(Date.from(clock.instant()));
            message.setHeader("Auto-Submitted", "auto-generated");
            Transport.send(message);
            return "";
        } catch (MessagingException e) {
            // not its text: it may hold what a server answered
            return e.getClass().getSimpleName();
        }
    }

    private static String subject(Notice notice) {
        var alert = notice.alert();
        var partner = alert.partner() == null ? "" : " (" + alert.partner() + ")";
        return (notice.closed() ? "Closed: " : "ALERT: ")
                + alert.kind().title()
                + partner.replaceAll("\\p{Cntrl}", "?");
    }

    private String text(Notice notice) {
        Alert alert = notice.alert();
        var partner = alert.partner();
        var out = new StringBuilder(alert.kind().title()).append(".\n").append(alert.text());
        out.append("\n\nSince: ").append(alert.first()).append("\nHow often: ").append(alert.count());
        if (partner != null) {
            out.append("\nPartner: ").append(partner);
        }
        if (notice.closed()) {
            out.append("\nClosed: ").append(alert.closedAt()).append(", ").append(alert.reason());
        } else {
            out.append("\nWhat to do: ").append(alert.kind().advice()).append('.');
        }
        return out.append("\nNode: ").append(node).append('\n').toString();
    }
}
