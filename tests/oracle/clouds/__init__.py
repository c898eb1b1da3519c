"""What generated clouds are made of. Each module has `right(rng, scenario)`, which adds its part to a scenario as it
should be, and `CHANGES`: by name, functions `change(rng, scenario)` that each make one thing different: wrong, odd
but right, or unanswerable. What is wrong and what is not is the judge's business, not the generator's.
"""
