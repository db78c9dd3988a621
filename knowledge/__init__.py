"""The knowledge base: curated records, their check, search and answers. Usable without the bot."""
