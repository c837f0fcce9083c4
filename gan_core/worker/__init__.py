"""The worker process: it trains the one run whose lock it holds."""
