"""The active prober: sends what a browser would send, walks the decision, and tells CORS from everything else."""
