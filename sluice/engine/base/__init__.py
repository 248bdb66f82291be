"""What everything else stands on: settings, servers, identity of a process, failpoints."""
