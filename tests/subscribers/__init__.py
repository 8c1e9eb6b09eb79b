"""Those outside: subscribers with clients of their own, and servers that somebody else runs."""
