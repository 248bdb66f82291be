-- How the records of a replay's input are read: as those of the file that they are from.
select i.dialect, count(*) from sluice.replayed d join sluice.input i on i.id = d.input_id
where d.by_input = %(input)s
group by i.id
