"""Everything that writes: the pipeline, the dispatcher, and what people may do."""
