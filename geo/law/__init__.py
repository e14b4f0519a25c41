"""The law as a value: dated packs and standards with their citations, working days, and rules in three-valued logic."""
