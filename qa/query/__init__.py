"""What a question says: its kind, its time, what it leans on."""
