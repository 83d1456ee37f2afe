"""Computing chunks elsewhere: in other processes of this machine, or on other hosts through a shared store."""
