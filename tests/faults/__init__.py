"""Breaking things on purpose: what was accepted must be there afterwards, once."""
