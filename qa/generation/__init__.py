"""Answers in the words of a language model, held to the passages."""
