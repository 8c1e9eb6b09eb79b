"""What a promise is, when it is due and how it ends. Pure: no clock, no database."""
