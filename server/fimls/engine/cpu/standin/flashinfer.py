"""Says that FlashInfer is absent, which SGLang allows for: importing it takes seconds."""

raise ImportError("flashinfer needs a GPU, and this engine runs without one")
