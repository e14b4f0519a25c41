"""The review as offices meet it: intersections with their clauses, questions in words, judging anew when data have come."""
