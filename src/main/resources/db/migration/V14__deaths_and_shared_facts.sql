-- Work that was in hand when a process ended itself, and what all nodes of a database must agree on.

-- recorded deaths in a row that this work was in hand at; an attempt that ends sets it back
alter table delivery add column deaths integer default 0 not null;

-- patient-search-key: fingerprint of the key that NHS numbers are searched by
-- schema-15: the oldest schema version whose release can work on what migration 15 made; written by that migration, and so on.
-- A release that meets a later migration without such a line, or with a later version in it, does not start
create table shared_fact (
    name  varchar(64)              not null primary key,
    fact  varchar(200)             not null,
    since timestamp with time zone not null
);
