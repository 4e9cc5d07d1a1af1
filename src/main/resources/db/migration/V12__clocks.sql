-- Clocks: what is known about time, so that nothing irreversible is done by one clock alone, and no wait gets longer when a
-- clock is set back.

-- one row: the newest time that a node found right, and the newest confirmation by a person
create table clock_state (
    slot         smallint not null primary key,
    trusted_at   timestamp with time zone,
    confirmation bigint   not null,
    confirmed_by varchar(128),
    confirmed_at timestamp with time zone
);
insert into clock_state (slot, confirmation) values (1, 0);

-- stretches of times that were written while a clock was behind
create sequence clock_stretch_id start with 1 increment by 1;
create table clock_stretch (
    id        bigint                   not null primary key,
    from_at   timestamp with time zone not null,
    to_at     timestamp with time zone not null,
    behind_ms bigint                   not null
);

-- when the wait for the next attempt began; it ends at due, so their difference is how long it is
alter table delivery add column waits_from timestamp with time zone;
update delivery set waits_from = due where kind <> 'expire';
update delivery set waits_from = (select m.received_at from message m where m.id = delivery.message_id)
where kind = 'expire';

-- deadlines that made a message overdue, with the state before, so that it can be taken back when a clock was wrong
create table overdue_mark (
    message_id bigint                   not null,
    number     integer                  not null,
    state      varchar(20)              not null,
    due        timestamp with time zone not null,
    waits_from timestamp with time zone,
    primary key (message_id, number)
);

-- the directory.yaml in force on each node, recorded in the transaction that audits it
create table directory_version (
    node      varchar(64)              not null primary key,
    sha256    varchar(64)              not null,
    since     timestamp with time zone not null,
    loaded_by varchar(128)             not null
);

-- the addresses that people signed in from: a stranger elsewhere does not hold them up
create table sign_in_address (
    name    varchar(64)              not null,
    address varchar(64)              not null,
    last_at timestamp with time zone not null,
    primary key (name, address)
);
