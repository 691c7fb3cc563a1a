-- The rating the same customer gave before this one: whether the discontented are won back is asked of whole years at once.
alter table insight.fact add column rated_before uuid, add column score_before smallint;
create index fact_customer_scored on insight.fact (customer_id, scored_at, id) where score is not null;
create index fact_rated_before on insight.fact (rated_before) where rated_before is not null;
update insight.fact f set rated_before = n.before, score_before = n.score
from (select id, lag(id) over w as before, lag(score) over w as score from insight.fact where score is not null window w as (partition by customer_id order by scored_at, id)) n
where n.id = f.id and n.before is not null;
