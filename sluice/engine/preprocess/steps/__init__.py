"""The built-in steps: functions over frames."""
