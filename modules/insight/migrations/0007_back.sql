-- When the customer's next request came after this one was closed: whether a customer came back is asked of whole years at once.
alter table insight.fact add column back_at timestamptz;
update insight.fact f set back_at = n.back_at
from (select o.id, (select min(n.opened_at) from insight.fact n where n.customer_id = o.customer_id and n.opened_at > o.closed_at) as back_at from insight.fact o where o.closed_at is not null) n
where n.id = f.id and n.back_at is not null;
create index fact_back on insight.fact (customer_id, back_at) where closed_at is not null;
-- Each bucket of a report is asked for by itself: every moment has its index.
create index fact_accepted on insight.fact (accepted_at) where accepted_at is not null;
