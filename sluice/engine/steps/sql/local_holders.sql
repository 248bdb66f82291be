-- The holders on this host (its name, boot and process namespace) and their steps: these processes can be checked.
select id, holder from sluice.step where state = 'working' and starts_with(holder, %(node)s)
