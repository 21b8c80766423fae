"""The engine side: presets, supervisor, CPU plug-in for SGLang, and the embedded model.

It knows `prompt`.
"""
