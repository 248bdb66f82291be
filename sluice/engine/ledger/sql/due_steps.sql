-- What is due and not on its way: settling and building first, then turn by turn between runs, up to the window.
with open_step as (
    select count(*) filter (where s.state = 'working' or s.published_until > clock_timestamp()) as on_its_way
    from sluice.step s where s.state in ('due', 'working')
), due as (
    select s.id, s.kind, s.run_id, row_number() over (partition by s.run_id order by s.id) as turn
    from (select id from sluice.run where state = 'running') r
    cross join lateral (
        select id, kind, run_id from sluice.step
        where run_id = r.id and state = 'due' and due_at <= clock_timestamp()
          and (published_until is null or published_until < clock_timestamp())
        order by id limit %(window)s) s
)
select id, kind from due
order by kind not in ('settle', 'build'), turn, run_id
limit (select greatest(%(window)s - on_its_way, 0) from open_step)
