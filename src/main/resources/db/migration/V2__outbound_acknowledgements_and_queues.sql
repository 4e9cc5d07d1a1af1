-- Outbound messages, acknowledgements, callbacks and queues. Work of the kinds send, expire and queue joins the table of work.

alter table message alter column answer drop not null;
-- business, forward, inf-ack, bus-ack, response, body
alter table message add column kind varchar(10) default 'business' not null;
-- out: the inbound message that this forwards, acknowledges or answers; in: the message of ours that this acknowledges
alter table message add column origin bigint;
-- out: what wsa:Action and SOAPAction say
alter table message add column action varchar;
-- out: a callback address; null for the endpoint in the directory
alter table message add column endpoint varchar;
-- out: MessageID of the request that this answers
alter table message add column relates_to varchar;
-- out: positions of the addresses of the forwarded message that belong to this hop; null for all
alter table message add column hop varchar;
-- acknowledgements: OK, Failure, AA, AE or AR; in messages: the business outcome decided for it
alter table message add column outcome varchar(10);

-- attempts that never ended: the process died under them
alter table delivery add column lost integer default 0 not null;
update delivery set handler = '' where kind = 'sync';
drop index delivery_due;
create index delivery_lane on delivery (kind, handler, due);

alter table api_client add column scopes varchar default 'messages audit' not null;
-- received messages that wait for applications to fetch them
alter table message add column inbox boolean default false not null;
