"""Maps on paper: what is asked for, composed, typeset in a child process, and recorded."""
