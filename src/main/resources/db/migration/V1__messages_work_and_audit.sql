-- One definition for H2 and PostgreSQL. Times are UTC.

-- each node takes ids a thousand at a time
create sequence message_id_block start with 1000 increment by 1000;

-- one row per distribution envelope
create table message (
    id                bigint                   not null primary key,
    direction         varchar(3)               not null,
    partner           varchar                  not null,
    tracking_id       varchar(36)              not null,
    message_id        varchar                  not null,
    service           varchar                  not null,
    interaction       varchar,
    sender            varchar,
    addresses         varchar                  not null,
    state             varchar(20)              not null,
    received_at       timestamp with time zone not null,
    settled_at        timestamp with time zone,
    digest            bytea                    not null,
    raw_sha256        bytea                    not null,
    raw_size          bigint                   not null,
    patient           bytea,
    answer            varchar(10)              not null,
    inf_ack_requested boolean                  not null,
    ack_requested     boolean                  not null,
    error_id          varchar(36),
    reason            varchar
);
-- the duplicate key (H9), and search by tracking id
create unique index message_duplicate on message (tracking_id, partner, direction);
create index message_partner on message (partner, received_at);
create index message_state on message (state, received_at);
create index message_patient on message (patient, received_at);

-- the bytes: kind q = request as received, a = stored business response; numbered from 0
create table message_part (
    message_id bigint     not null,
    kind       varchar(1) not null,
    number     integer    not null,
    codec      varchar(8) not null,
    key_id     varchar(64),
    bytes      bytea      not null,
    primary key (message_id, kind, number)
);

-- parts of large messages are written before their message; what a crash leaves is found here
create table upload (
    message_id bigint                   not null primary key,
    node       varchar(64)              not null,
    started_at timestamp with time zone not null
);

-- work that is not done yet; a row goes when its work is done
create table delivery (
    message_id  bigint                   not null,
    number      integer                  not null,
    kind        varchar(10)              not null,
    handler     varchar                  not null,
    due         timestamp with time zone not null,
    attempt     integer                  not null,
    claimed_by  varchar(64),
    lease_until timestamp with time zone,
    primary key (message_id, number)
);
create index delivery_due on delivery (due);

-- append-only: nothing in this server updates or deletes a row
create table audit_event (
    node        varchar(64)              not null,
    seq         bigint                   not null,
    version     smallint                 not null,
    at          timestamp with time zone not null,
    type        varchar(32)              not null,
    message_id  bigint,
    tracking_id varchar,
    partner     varchar,
    service     varchar,
    actor       varchar                  not null,
    source      varchar,
    error_code  varchar(8),
    error_id    varchar(36),
    detail      varchar                  not null,
    hash        bytea                    not null,
    primary key (node, seq)
);
create index audit_event_message on audit_event (message_id);
create index audit_event_at on audit_event (at);

-- the start of refused messages, kept for a week
create table refused (
    node  varchar(64)              not null,
    seq   bigint                   not null,
    at    timestamp with time zone not null,
    size  bigint                   not null,
    codec varchar(8)               not null,
    bytes bytea                    not null,
    primary key (node, seq)
);
create index refused_at on refused (at);

create table admin_user (
    name          varchar(64)              not null primary key,
    password_hash varchar                  not null,
    created_at    timestamp with time zone not null
);

create table api_client (
    name       varchar(64)              not null primary key,
    token_hash bytea                    not null,
    created_at timestamp with time zone not null
);
