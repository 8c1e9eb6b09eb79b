"""The topics after a restore: positions, events that were on their way, and today's board, made anew from the
databases.

Databases and topics come apart when the one is restored without the other: positions point behind the ends of empty
topics, or the topics tell of things that the restored databases never did. What the databases hold is the truth, with
one exception: what customers wrote after the backup is taken from the topics, if those still have it.
"""
