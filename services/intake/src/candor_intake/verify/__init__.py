"""Whether what came in was sent by whom it says: one module per scheme, over the bytes as they came."""
