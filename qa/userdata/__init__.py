"""What users leave behind: conversations, votes, questions without an answer."""
