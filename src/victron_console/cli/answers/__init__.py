"""Commands that answer from what is recorded, to people or as JSON for machines. They poll nothing and set nothing."""
