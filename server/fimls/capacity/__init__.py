"""How many people an engine's cache serves: SGLang's radix cache and people, simulated.

It knows `engine`.
"""
