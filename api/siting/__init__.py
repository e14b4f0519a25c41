"""Site judgement 选址判定: what the city says of a place where somebody wants to be supplied, part by part, and on paper."""
