"""How each peer trains a task: `prepare(task)` returns a function that trains for some epochs."""
