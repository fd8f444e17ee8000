"""Bytes in, bytes out: compression and encryption, streaming, without any network."""
