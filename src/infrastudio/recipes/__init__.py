"""Training programs that ship with the product. They run as jobs and know the tracking client and their arguments."""
