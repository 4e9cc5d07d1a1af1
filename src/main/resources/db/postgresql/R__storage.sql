-- the parts are compressed already: keep PostgreSQL from trying again
alter table message_part alter column bytes set storage external;
alter table refused alter column bytes set storage external;

-- few messages have an origin
create index if not exists message_origin on message (origin) where origin is not null;
