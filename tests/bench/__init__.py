"""Bare counterparts of Candor's hot paths, and the tools that load and measure both alike."""
