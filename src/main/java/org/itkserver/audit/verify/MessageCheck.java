package org.itkserver.audit.verify;

import java.security.MessageDigest;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.itkserver.audit.AuditEvent;
import org.itkserver.audit.MessageFields;
import org.itkserver.audit.StoredRow;
import org.jspecify.annotations.Nullable;

/** Compares messages with the events that store them. Thread-safe. */
final class MessageCheck {
    /** Most messages that are compared at once. */
    static final int BATCH = 2000;

    private final TrailSource source;
    private final boolean payloads;
    private final Findings findings;
    private final PurgeCheck purges;
    private final Evidence evidence;
    private final Map<String, Optional<Instant>> lostKeys = new ConcurrentHashMap<>();
    private final AtomicLong purged = new AtomicLong();
    private final AtomicLong unreadable = new AtomicLong();
    private final AtomicLong compared = new AtomicLong();
    private final AtomicLong lowest = new AtomicLong(Long.MAX_VALUE);

    /** @param payloads whether the bytes are hashed too */
    MessageCheck(TrailSource source, boolean payloads, Findings findings, Evidence evidence) {
        this.source = source;
        this.payloads = payloads;
        this.findings = findings;
        this.evidence = evidence;
        this.purges = new PurgeCheck(source, evidence);
    }

    /** @param told the events that store messages, by message */
    void compare(Map<Long, StoredRow> told) {
        if (told.isEmpty()) {
            return;
        }
        compared.addAndGet(told.size());
        told.keySet().forEach(id -> lowest.accumulateAndGet(id, Math::min));
        var stored = source.messages(told.keySet());
        var gone = told.keySet().stream().filter(id -> !stored.containsKey(id)).collect(Collectors.toSet());
        destroyed(told, gone, PurgeCheck.RECORD, "is gone, and no sealed purge event records it");
        var emptied = stored.entrySet().stream()
                .filter(entry -> entry.getValue().bytes() && entry.getValue().destroyed())
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet());
        destroyed(told, emptied, PurgeCheck.CONTENT, "has no bytes, and no sealed purge event records it");
        stored.forEach((id, message) -> {
            if (differs(told, id, message.fields().rawDigest())) {
                add(told, id, "is not the one that was stored: its digest differs");
            } else if (!fits(told.get(id), message.fields())) {
                add(told, id, "is not the one that was stored: its partner, addresses or other fields differ");
            }
        });
        if (payloads) {
            payloads(told, stored);
        }
    }

    /** Events of earlier releases name some of the fields, and have no hash over all of them. */
    private static boolean fits(@Nullable StoredRow row, MessageFields message) {
        if (row == null) {
            return true;
        }
        if (row.fields() != null) {
            return MessageDigest.isEqual(row.fields(), message.hash());
        }
        return (row.trackingId() == null || row.trackingId().equals(AuditEvent.trackingIdText(message.trackingId())))
                && (row.partner() == null || row.partner().equals(message.partner()))
                && (row.service() == null || row.service().equals(message.service()));
    }

    /**
     * Compares stored responses with the events that tell of them, when bytes are to be compared.
     *
     * @param told the events, by the message that was answered
     */
    void compareResponses(Map<Long, StoredRow> told) {
        if (!payloads || told.isEmpty()) {
            return;
        }
        var stored = source.messages(told.keySet());
        var found = source.bytes(told.keySet(), TrailSource.RESPONSE);
        for (var id : told.keySet()) {
            var message = stored.get(id);
            var bytes = found.get(id);
            if (message == null || message.destroyed()) {
                continue; // the event that stored the message says what is to be there
            }
            if (bytes == null) {
                add(told, id, "has lost its response");
            } else {
                compare(told, id, bytes, "has another response than the one that was stored");
            }
        }
    }

    /** Being destroyed is a claim; whoever deletes by hand makes it, too. */
    private void destroyed(Map<Long, StoredRow> told, Set<Long> ids, String kind, String unproven) {
        var proven = purges.proven(ids, kind);
        for (var id : ids) {
            var digest = proven.get(id);
            if (digest == null) {
                add(told, id, unproven);
            } else if (differs(told, id, digest)) {
                add(told, id, "is not the one that was destroyed: its digest differs");
            } else {
                purged.incrementAndGet();
            }
        }
    }

    private void payloads(Map<Long, StoredRow> told, Map<Long, TrailSource.StoredMessage> stored) {
        var own = stored.entrySet().stream()
                .filter(entry -> entry.getValue().bytes())
                .map(Map.Entry::getKey)
                .toList();
        var found = source.bytes(own, TrailSource.REQUEST);
        for (var id : own) {
            var bytes = found.get(id);
            if (stored.get(id).destroyed()) {
                if (bytes != null) {
                    add(told, id, "has bytes, though it says that they were destroyed");
                }
            } else if (bytes == null) {
                add(told, id, "has lost its bytes");
            } else {
                compare(told, id, bytes, "has other bytes than those that were stored");
            }
        }
    }

    private void compare(Map<Long, StoredRow> told, long id, TrailSource.StoredBytes bytes, String other) {
        if (bytes.lostKey() != null) {
            lost(told, id, bytes.lostKey());
        } else if (differs(told, id, bytes.digest())) {
            add(told, id, other);
        } else if (bytes.plaintext() && evidence.isEncrypted(Objects.requireNonNull(told.get(id)))) {
            add(told, id, "has content in plaintext, though its node encrypted contents when it was stored");
        }
    }

    /**
     * Bytes without their key are as good as destroyed; the trail must tell of that, too, of a key that can have been used when
     * they were stored.
     */
    private void lost(Map<Long, StoredRow> told, long id, String key) {
        var row = told.get(id);
        var taken = lostKeys.computeIfAbsent(key, this::takenAway);
        if (row != null && taken.filter(at -> !at.isBefore(row.at())).isPresent() && isOfDay(key, row.at())) {
            unreadable.incrementAndGet();
        } else {
            add(
                    told,
                    id,
                    "cannot be read: its key " + key + " is not there, and no sealed event records that it is gone");
        }
    }

    private Optional<Instant> takenAway(String key) {
        return source.keyGoneAt(key).filter(at -> evidence.isKeyGone(key, at));
    }

    private static boolean isOfDay(String key, Instant stored) {
        var day = LocalDate.ofInstant(stored, ZoneOffset.UTC);
        return Stream.of(day.minusDays(1), day, day.plusDays(1)).anyMatch(near -> key.startsWith(near + "-"));
    }

    private static boolean differs(Map<Long, StoredRow> told, long id, byte[] digest) {
        var row = told.get(id);
        return row != null && row.digest() != null && !MessageDigest.isEqual(row.digest(), digest);
    }

    private void add(Map<Long, StoredRow> told, long id, String problem) {
        var row = told.get(id);
        if (row != null) {
            findings.add(row.seq(), "message " + id + ", which row " + row.seq() + " tells of, " + problem);
        }
    }

    long compared() {
        return compared.get();
    }

    long purged() {
        return purged.get();
    }

    /** How many have bytes whose key is gone. */
    long unreadable() {
        return unreadable.get();
    }

    /** Lowest id of a message that was compared. */
    long lowest() {
        return lowest.get();
    }
}
