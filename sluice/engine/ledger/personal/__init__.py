"""Personal data: values that were forgotten, and the key of masks."""
