-- Remove the holder from the steps of a process that ends normally, so that they do not count as crashes.
update sluice.step set holder = null where state = 'working' and holder = %(holder)s
