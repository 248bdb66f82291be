"""The steps there are: functions over frames."""
