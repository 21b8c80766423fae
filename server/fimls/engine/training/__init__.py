"""Training of the embedded model: corpus, FIM objective, network, trainer, card."""
