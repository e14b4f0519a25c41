"""The review of proposals as stored: the queue, answers to findings, questions to the owners of layers, decisions."""
