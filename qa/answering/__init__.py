"""Passages → the sentence that answers, and whether any does."""
