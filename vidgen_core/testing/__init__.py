"""For those who test providers: a service on this machine in place of the paid ones."""
