"""We call others: executors, runtimes, engines, channels, buses, blobs, sso."""
