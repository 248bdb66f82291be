-- In a kept folder `sluice status` shows the first load that differs.
alter database {name} rename to {to}
