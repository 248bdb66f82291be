-- A worker process that ends in good order has handed on what it held: whoever looks later must not think it died of it.
update sluice.step set holder = null where state = 'working' and holder = %(holder)s
