"""The pure part of the suggestions: names, values, targets, features, the model's arithmetic, links and their reasons."""
