-- Who on this host (its name, boot and process namespace) holds which step: their processes can be looked up.
select id, holder from sluice.step where state = 'working' and starts_with(holder, %(node)s)
