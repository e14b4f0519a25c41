"""Works on the same stretch: placed on roads (``placing``), paired (``match``), told as rows (``rows``, ``runs``, ``words``)."""
