"""Background jobs: started on a thread of this process, listed, waited for, cancelled from anywhere, and settled."""
