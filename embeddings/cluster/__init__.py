"""The archive on many machines: PostgreSQL is the truth, Milvus finds candidates."""
