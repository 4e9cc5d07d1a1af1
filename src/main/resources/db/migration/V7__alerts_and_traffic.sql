-- What the people who run the server look at. All three tables stay small.

-- one row for each cause; it is open while closed_at is null, and a cause that comes back begins a new episode
create table alert (
    cause             varchar(255)             not null primary key,
    kind              varchar(32)              not null,
    subject           varchar                  not null,
    partner           varchar,
    text              varchar                  not null,
    node              varchar(64)              not null,
    episode           integer                  not null,
    first_at          timestamp with time zone not null,
    last_at           timestamp with time zone not null,
    times             bigint                   not null,
    closed_at         timestamp with time zone,
    closed_by         varchar(128),
    closed_reason     varchar,
    notified_at       timestamp with time zone,
    close_notified_at timestamp with time zone
);

-- events by hour for the charts; partner is empty for all together, bucket 0 when there is no latency
create table traffic (
    starts_at timestamp with time zone not null,
    node      varchar(64)              not null,
    partner   varchar                  not null,
    kind      varchar(16)              not null,
    bucket    integer                  not null,
    total     bigint                   not null,
    primary key (starts_at, node, partner, kind, bucket)
);

create table partner_seen (
    partner  varchar                  not null primary key,
    last_in  timestamp with time zone,
    last_out timestamp with time zone
);
