package org.itkserver.directory;

import static org.itkserver.directory.Pattern.ONE_WAY;
import static org.itkserver.directory.Pattern.SIMPLE;
import static org.itkserver.directory.Pattern.SYNCHRONOUS;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.itkserver.envelope.Namespaces;

/**
 * The services built in: ITK 2.2 generic, the 2.1 core services, NHS 111, PDS mini services, ADT and HSCI, with the
 * interactions of their domains. A new service is an entry here.
 */
public final class Catalogue {
    /** Other spellings of a service URN that are accepted on input (H13), to the service name. */
    static final Map<String, String> ALIASES = Map.of(
            Namespaces.SERVICE + "sendRecvDistEnvelop", "sendRecvDistEnvelope",
            Namespaces.ITK + ":InfrastructureAcknowledgment", "SendInfrastructureAck-v1-0");

    /** Names of the five Spine mini services for the Personal Demographics Service. */
    public static final List<String> PDS_SERVICES = List.of(
            "verifyNHSNumber-v1-0",
            "getNHSNumber-v1-0",
            "getPatientDetailsByNHSNumber-v1-0",
            "getPatientDetailsBySearch-v1-0",
            "getPatientDetails-v1-0");

    private static final Set<String> XML = Set.of("text/xml", "application/cda+xml");
    private static final Set<String> PIPE_AND_HAT = Set.of("text/plain");
    private static final Set<String> ANY = Set.of();

    private static final Set<String> CDA_PROFILES = profiles(
            "ambulanceServiceSummaryPatientReport-v1-1",
            "ambulanceServicePatientReport-v1-0",
            "dischargeReport-v6-1",
            "emergencyDepartmentReport-v6-1",
            "NonCodedCDADocument-v2-1",
            "nonCodedCDADocument-v2-0",
            "outOfHoursReport-v1-1",
            "outpatientsReport-v6-1",
            "nullificationDocument-v5-0",
            "nullificationDocument-v6-0",
            "eDischargeInpatientDischargeSummary-v1-0",
            "eDischargeInpatientDischargeSummary-v2-0",
            "nhs111CDADocument-v2-0",
            "nhs111CDADocument-v3-1",
            "IntegratedUrgentCareCDADocument-v3-1");
    private static final Set<String> NHS111_PROFILES = profiles(
            "nhs111CDADocument-v2-0",
            "nhs111CDADocument-v3-1",
            "IntegratedUrgentCareCDADocument-v3-1",
            "nullificationDocument-v5-0");

    /** Event forms of ADT answered with SimpleMessageResponse. */
    private static final List<String> ADT_EVENTS = List.of(
            "admitPatient",
            "transferPatient",
            "dischargePatient",
            "registerOutpatient",
            "updatePatient",
            "cancelAdmitPatient",
            "cancelTransferPatient",
            "cancelDischargePatient",
            "cancelQuery");
    /** ADT services that may be answered at once or at ReplyTo. */
    private static final List<String> ADT_PATTERN_1 = List.of(
            "registerOutpatientUpdateMaster",
            "dischargePatientUpdateMaster",
            "cancelDischargePatientUpdateMaster",
            "transferPatientUpdateMaster",
            "cancelTransferPatientUpdateMaster",
            "updatePatientUpdateMaster",
            "queryPatientDemographicsAndVisit",
            "queryPatientDemographics",
            "findCandidatesQuery");

    private static final List<String> HSCI = List.of(
            "SendAssessmentNotificationSection2",
            "SendSection2NotificationAccept",
            "SendSection2NotificationReject",
            "SendDischargeNotificationSection5",
            "SendSection5NotificationAccept",
            "SendSection5NotificationReject",
            "SendDischargeNotificationCancellation",
            "SendCHCChecklistAssessment",
            "SendCHCChecklistAssessmentAccept",
            "SendCHCChecklistAssessmentRejection",
            "SendCHCCancellation",
            "SendFastTrackPathwayTool",
            "SendFastTrackPathwayToolAccept",
            "SendFastTrackPathwayToolRejection",
            "SendCHCAssessmentRequest",
            "SendCHCAssessmentRequestAccept",
            "SendCHCAssessmentRequestRejection");

    /** Interaction URNs that the generic services accept (H16). */
    static final Set<String> INTERACTIONS = Interactions.all();

    private Catalogue() {}

    /** Every built-in service; synchronous ones have no handler until the directory names one. */
    public static List<Service> services() {
        var out = new ArrayList<Service>();
        out.add(generic("sendDistEnvelope", ONE_WAY, Directory.INBOX));
        out.add(generic("sendRecvDistEnvelope", SYNCHRONOUS, null));
        for (var version : List.of("v1-0", "v2-0", "v3-0")) {
            out.add(service("SendCDADocument-" + version, SIMPLE, XML, CDA_PROFILES, true));
        }
        out.add(service("SendDocument-v1-0", SIMPLE, ANY, Set.of(), false));
        out.add(service("BroadcastDocument-v1-0", SIMPLE, ANY, Set.of(), false));
        out.add(new Service(
                "SendInfrastructureAck-v1-0", SIMPLE, false, false, true, XML, Set.of(), false, Directory.INBOX));
        out.add(service("SendBusinessAck-v1-0", SIMPLE, XML, Set.of(), false));
        out.add(service("SendNHS111Report-v2-0", SIMPLE, XML, NHS111_PROFILES, true));
        out.add(service("RequestAmbulanceDispatch-v2-0", SIMPLE, XML, Set.of(), false));
        out.add(service("NHS111RepeatCallerSyncQueryResp-v1-0", SYNCHRONOUS, XML, Set.of(), false));
        for (var name : PDS_SERVICES) {
            var request = name.replace("-v1-0", "Request-v1-0");
            out.add(service(name, SYNCHRONOUS, XML, profiles(request), false));
        }
        for (var name : ADT_EVENTS) {
            out.add(service(name + "-v1-0", SIMPLE, XML, Set.of(), false));
            out.add(service(name + "PH-v1-0", SIMPLE, PIPE_AND_HAT, Set.of(), false));
        }
        for (var name : ADT_PATTERN_1) {
            out.add(pattern1(name + "-v1-0", XML));
            out.add(pattern1(name + "PH-v1-0", PIPE_AND_HAT));
        }
        for (var name : HSCI) {
            out.add(service(name + "-v1-0", SIMPLE, XML, Set.of(), false));
        }
        return out;
    }

    private static Service generic(String name, Pattern pattern, @org.jspecify.annotations.Nullable String handler) {
        return new Service(name, pattern, true, false, false, XML, Set.of(), false, handler);
    }

    private static Service service(
            String name, Pattern pattern, Set<String> mimeTypes, Set<String> profiles, boolean profileRequired) {
        var handler = pattern == SYNCHRONOUS ? null : Directory.INBOX;
        return new Service(name, pattern, false, false, false, mimeTypes, profiles, profileRequired, handler);
    }

    private static Service pattern1(String name, Set<String> mimeTypes) {
        return new Service(name, SYNCHRONOUS, false, true, false, mimeTypes, Set.of(), false, null);
    }

    private static Set<String> profiles(String... names) {
        return Arrays.stream(names).map(Namespaces.PROFILE::concat).collect(Collectors.toUnmodifiableSet());
    }

    /** The interactions of the published domains. */
    private static final class Interactions {
        static Set<String> all() {
            var out = new HashSet<String>();
            correspondence(out);
            nhs111(out);
            careAct(out);
            continuingHealthcare(out);
            spineMiniServices(out);
            add(out, "ITKInfrastructureAcknowledgement-v1-0", "ITKBusinessAcknowledgement-v1-0");
            return Set.copyOf(out);
        }

        private static void add(Set<String> out, String... names) {
            Stream.of(names).map(Namespaces.INTERACTION::concat).forEach(out::add);
        }

        private static void correspondence(Set<String> out) {
            for (var report : List.of(
                    "AmbulanceServicePatientReport-v1-0",
                    "DischargeReport-v1-0",
                    "EmergencyDepartmentReport-v1-0",
                    "OutOfHoursReport-v1-0",
                    "OutpatientReport-v1-0",
                    "NonCodedCDADocument-v1-0",
                    "NonCodedCDADocument-v2-0",
                    "eDischargeInpatientDischargeSummaryDocument-v1-0",
                    "eDischargeInpatientDischargeSummaryDocument-v2-0")) {
                add(out, "primaryRecipient" + report, "copyRecipient" + report, "nullify" + report);
            }
            add(out, "nullifyChildScreeningReport-v1-0", "primaryRecipientCHDSubscriptionRequest-v1-0");
        }

        private static void nhs111(Set<String> out) {
            add(
                    out,
                    "primaryGeneralPractitionerRecipientNHS111CDADocument-v2-0",
                    "primaryEmergencyDepartmentRecipientNHS111CDADocument-v2-0",
                    "primaryOutofHourRecipientNHS111CDADocument-v2-0",
                    "primaryRepeatCallerRepositoryRecipientNHS111CDADocument-v2-0",
                    "copyRecipientNHS111CDADocument-v2-0",
                    "primaryNHS111RepeatCallerDocumentSet-v1-0",
                    "nullifyNHS111CDADocument-v1-0",
                    "primaryNHS111RequestforAmbulance-v2-0",
                    "nhs111RepeatCallerSyncQuery-v1-0",
                    "nhs111RepeatCallerSyncQueryResp-v1-0");
        }

        private static void careAct(Set<String> out) {
            for (var notice : List.of("AssessmentNotice", "DischargeNotice", "WithdrawalNotice")) {
                for (var answer : List.of("Accept", "Reject")) {
                    for (var session : List.of("AuthenticatedUserSession", "UnattendedMessagingSession")) {
                        add(
                                out,
                                notice + answer + "Response" + session
                                        + (notice.equals("WithdrawalNotice") ? "-v1-0" : "-v3-0"));
                    }
                }
            }
            add(
                    out,
                    "AssessmentNotice-v3-0",
                    "DischargeNotice-v3-0",
                    "WithdrawalNotice(DischargeNoticeOnly)-v3-0",
                    "WithdrawalNotice(CompleteProcess)-v3-0");
            for (var document : List.of(
                    "ContactAssessment",
                    "OverviewAssessment",
                    "SpecialistAssessmentOutcome",
                    "IntegratedCareAndSupportPlan",
                    "BiographicInformation")) {
                add(out, "PrimaryRecipient" + document + "-v1-0", "Copy" + document + "-v1-0");
            }
            add(
                    out,
                    "PrimaryReferralAcceptResponse-v1-0",
                    "PrimaryReferralRejectResponse-v1-0",
                    "NullifyCSPAHealthAndSocialCareIntegrationDocument-v1-0");
        }

        private static void continuingHealthcare(Set<String> out) {
            for (var document : List.of("FastTrackPathwayTool", "ChecklistAssessment", "RequestForAssessment")) {
                for (var answer : List.of("", "AcceptResponse", "RejectResponse")) {
                    add(out, "PrimaryNHSContinuingHealthcare" + document + answer + "-v1-0");
                }
                add(out, "CopyNHSContinuingHealthcare" + document + "-v1-0");
            }
            add(
                    out,
                    "CopyNHSContinuingHealthcareDecisionSupportTool-v1-0",
                    "CancellationOfContinuingHealthcareProcessNotification-v1-0");
        }

        private static void spineMiniServices(Set<String> out) {
            for (var query : List.of(
                    "getSCRStatus",
                    "getRBACStatus",
                    "queryPTV",
                    "createPTV",
                    "querySCR",
                    "querySCRActivity",
                    "verifyNHSNumber",
                    "getNHSNumber",
                    "getPatientDetails",
                    "getPatientDetailsByNHSNumber",
                    "getPatientDetailsBySearch")) {
                add(out, query + "Request-v1-0", query + "Response-v1-0");
            }
            add(out, "CP-ISNHSQuery-v1-0", "SMSP-CP-ISNHSQueryResponse-v1-0");
        }
    }
}
