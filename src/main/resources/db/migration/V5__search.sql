-- What people search by; partner, state and patient have their indexes.
create index message_received on message (received_at);
create index message_service on message (service, received_at);
create index message_interaction on message (interaction, received_at);
create index message_message_id on message (message_id);
