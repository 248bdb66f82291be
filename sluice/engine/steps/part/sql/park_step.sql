-- Park a transformed part until all parts of its input are transformed; then it is loaded.
update sluice.step
set state = 'held', kind = 'load', lease_until = null, holder = null, published_until = null, error = null
where id = %(step)s and fence = %(fence)s and state = 'working' and kind = 'transform'
