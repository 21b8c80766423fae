"""What fimls asks of an engine (`base`), and SGLang behind it (`sglang`).

It knows `logs`, `metrics`, `settings` and `text`.
"""
