"""The running assistant: channels, inbox, worker, outbox and the services behind them."""
