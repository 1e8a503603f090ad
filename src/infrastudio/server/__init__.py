"""The composition root: settings, wiring, application, error envelope, supervisor."""
