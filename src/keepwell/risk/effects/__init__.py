"""Whether acting helps and whom: learnt from accounts held out for ever, never from risk alone."""
