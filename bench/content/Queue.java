package content;

import content.Exits.Exit;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/** A subscriber that empties its queue and confirms what it got. */
final class Queue implements Runnable {
    private static final Pattern HANDLE = Pattern.compile("<itk:MessageHandle>([^<]*)</itk:MessageHandle>");

    private final Bed bed;
    private final Exits exits;
    private final String username;
    private final String name;

    Queue(Bed bed, Exits exits, String username, String name) {
        this.bed = bed;
        this.exits = exits;
        this.username = username;
        this.name = name;
    }

    @Override
    public void run() {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                if (!take()) {
                    Thread.sleep(50);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException | RuntimeException e) {
            System.err.println("queue " + name + " cannot be read any more: " + e);
        }
    }

    private boolean take() throws IOException, InterruptedException {
        var answer = ask("GetMessages-v1-0", "<itk:QueueMessage><itk:QueueName>" + name
                + "</itk:QueueName><itk:RequestedMessageCount>50</itk:RequestedMessageCount></itk:QueueMessage>");
        Soap.of(answer);
        var text = new String(answer, StandardCharsets.UTF_8);
        var handles = HANDLE.matcher(text).results().map(found -> found.group(1)).toList();
        if (handles.isEmpty()) {
            return false;
        }
        var confirmed = new StringBuilder();
        for (int i = 0; i < handles.size(); i++) {
            var handle = "<itk:MessageHandle>" + handles.get(i) + "</itk:MessageHandle>";
            int at = text.indexOf(handle);
            int end = i + 1 == handles.size() ? text.length() : text.indexOf("<itk:MessageHandle>" + handles.get(i + 1));
            arrive(text.substring(at + handle.length(), end));
            confirmed.append(handle);
        }
        ask("ConfirmMessage-v1-0", "<itk:QueueConfirmMessageReceipt><itk:QueueName>" + name + "</itk:QueueName>" + confirmed
                + "</itk:QueueConfirmMessageReceipt>");
        return true;
    }

    /** What follows the handle: RelatesTo for a response, then the payload. */
    private void arrive(String rest) {
        var bytes = rest.substring(0, Math.max(0, rest.lastIndexOf("MessagePayload>"))).getBytes(StandardCharsets.UTF_8);
        if (rest.startsWith("<itk:RelatesTo>")) {
            exits.arrive(Exit.QUEUE, rest.substring("<itk:RelatesTo>".length(), rest.indexOf("</itk:RelatesTo>")), bytes);
        } else {
            exits.arrive(Exit.QUEUE, Soap.read(bytes).trackingId(), bytes);
        }
    }

    private byte[] ask(String operation, String body) throws IOException, InterruptedException {
        var answer = Bed.send(bed.request("/itk/queue")
                .header("Content-Type", "text/xml;charset=UTF-8")
                .header("SOAPAction", "\"" + Letter.SERVICES + operation + "\"")
                .POST(HttpRequest.BodyPublishers.ofByteArray(Letter.atQueue(bed, username, operation, body)))
                .build());
        if (answer.statusCode() != 200) {
            throw new IllegalStateException("HTTP " + answer.statusCode() + " " + Bed.text(answer.body()));
        }
        return answer.body();
    }
}
