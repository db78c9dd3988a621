"""The knowledge base of the desk: records, search and answers. Usable without the bot."""

import os

# Products of a few thousand rows are quicker on one thread, and threads that wait for each other on a busy machine
# take ten times as long. Read once, when numpy is first imported.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
