package org.itkserver.exchange;

import static org.itkserver.exchange.Requests.busAck;
import static org.itkserver.exchange.Requests.infAck;
import static org.itkserver.exchange.Requests.infNack;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.List;
import org.itkserver.audit.AuditType;
import org.itkserver.envelope.AckStyle;
import org.itkserver.envelope.BusinessOutcome;
import org.itkserver.testing.Partners;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Acknowledgements that do not come: 24 hours for the infrastructure, 7 days for the business. */
class ExpiryTest {
    private final World world = new World().with(Partners.of("hospital", "W1"));
    private String trackingId = "";

    @BeforeEach
    void send() {
        trackingId = world.submit("hospital", "W1").trackingId();
        world.work();
    }

    private MessageState after(Duration time) {
        world.forward(time);
        world.work();
        return world.only(MessageKind.BUSINESS).state();
    }

    @Test
    void withoutInfrastructureAcknowledgementItIsOverdueAfterADay() {
        assertEquals(MessageState.SENT, after(Duration.ofHours(24).minusSeconds(1)));
        assertEquals(MessageState.OVERDUE, after(Duration.ofSeconds(1)));
        assertEquals(
                "no infrastructure acknowledgement by its deadline",
                world.only(MessageKind.BUSINESS).reason());
        assertEquals(1, world.details(AuditType.OVERDUE).size());
        assertEquals(
                List.of("no infrastructure acknowledgement from partner hospital"), world.details(AuditType.ALERT));
        assertEquals(MessageState.OVERDUE, after(Duration.ofDays(9)));
        assertEquals(1, world.details(AuditType.ALERT).size(), "said once");
        assertEquals(List.of("overdue:hospital"), world.alerts());
    }

    @Test
    void withoutBusinessAcknowledgementAfterAWeek() {
        world.accept(infAck(trackingId), "hospital");
        assertEquals(MessageState.INFRASTRUCTURE_ACKED, after(Duration.ofDays(7).minusSeconds(1)));
        assertEquals(MessageState.OVERDUE, after(Duration.ofSeconds(1)));
        assertEquals(List.of("no business acknowledgement from partner hospital"), world.details(AuditType.ALERT));
    }

    @Test
    void aLateInfrastructureAcknowledgementLeavesTheBusinessDeadline() {
        assertEquals(MessageState.OVERDUE, after(Duration.ofDays(2)));
        world.accept(infAck(trackingId), "hospital");
        assertEquals(MessageState.INFRASTRUCTURE_ACKED, after(Duration.ZERO));
        assertEquals(MessageState.OVERDUE, after(Duration.ofDays(6)));
        assertEquals(2, world.details(AuditType.OVERDUE).size());
    }

    @Test
    void whatIsAcknowledgedIsNeverOverdue() {
        world.accept(busAck(AckStyle.ITK_2_1, trackingId, BusinessOutcome.AA), "hospital");
        assertEquals(MessageState.BUSINESS_ACKED, after(Duration.ofDays(30)));
        assertEquals(List.of(), world.details(AuditType.OVERDUE));
    }

    @Test
    void norWhatIsRefused() {
        world.accept(infNack(trackingId), "hospital");
        assertEquals(MessageState.REJECTED, after(Duration.ofDays(30)));
        assertEquals(List.of(), world.details(AuditType.OVERDUE));
    }

    @Test
    void aMessageThatIsStillWaitingToBeSentIsOverdueToo() {
        world.with(Partners.of("clinic", "C1"));
        world.transport.next(new Transport.NotNow("M", "no connection", Duration.ofMinutes(9), false));
        var waiting = world.submit("clinic", "C1");
        world.work();
        world.forward(Duration.ofDays(1));
        world.transport.next(new Transport.NotNow("M", "no connection", Duration.ofMinutes(9), false));
        world.work();
        assertEquals(
                MessageState.OVERDUE,
                world.store.message(waiting.id()).orElseThrow().state());
    }
}
