-- Whether one declaration came after another.
select coalesce((select o.noted_at from sluice.revision o
                 where o.pipeline = %(pipeline)s and o.source = %(source)s and o.revision = %(revision)s)
              > (select t.noted_at from sluice.revision t
                 where t.pipeline = %(pipeline)s and t.source = %(source)s and t.revision = %(other)s), false)
