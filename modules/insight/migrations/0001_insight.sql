-- This room keeps nothing of its own: what it tells is counted from requests. These indexes find the part of a day
-- without reading the years before it; four of them hold only requests that came so far.
create index request_opened_at on requests.request (opened_at);
create index request_first_response_at on requests.request (first_response_at) where first_response_at is not null;
create index request_resolution_at on requests.request (resolution_at) where resolution_at is not null;
create index request_closed_at on requests.request (closed_at) where closed_at is not null;
create index request_scored_at on requests.request (scored_at) where scored_at is not null;
