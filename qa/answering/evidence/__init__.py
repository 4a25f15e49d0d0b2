"""What is known of the sentences that may answer: their features, what papers state, the kind of thing asked for."""
