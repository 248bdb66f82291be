"""The OpenAPI document: the schemas of all answers, an example of each, and every problem."""
