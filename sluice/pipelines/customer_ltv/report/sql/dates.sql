-- The newest dates there are rows for, from one to the next by the key: counting a year of them would read them all.
with recursive built as (
    select max(as_of) as as_of, 1 as number from customer_ltv
    union all
    select (select max(c.as_of) from customer_ltv c where c.as_of < built.as_of), number + 1
    from built where built.as_of is not null and number < %(limit)s)
select as_of from built where as_of is not null
