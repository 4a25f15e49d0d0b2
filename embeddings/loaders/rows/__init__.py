"""An article a row: JSON, tables and feeds."""
