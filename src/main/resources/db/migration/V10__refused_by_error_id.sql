-- the start of a refused message is found by the ErrorID that its sender was told

alter table refused add column error_id varchar(64);
update refused set error_id = (
    select e.error_id from audit_event e where e.node = refused.node and e.seq = refused.seq
);
create index refused_error on refused (error_id);
