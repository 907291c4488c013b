"""Makes jamd's policies: corpora, tokens, networks, training, evaluation, export."""
