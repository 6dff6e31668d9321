"""The Django app beside the block: what must outlive a block or be seen across blocks, and what happens by itself."""
