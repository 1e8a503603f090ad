"""Where facts are kept: tables and units of work, ledger, telemetry, blobs."""
