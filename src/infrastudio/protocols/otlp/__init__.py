"""Traces by OTLP over HTTP, from any OpenTelemetry exporter and from the `mlflow` client."""

from infrastudio.protocols.otlp.app import OtlpApp, failure, takes

__all__ = ["OtlpApp", "failure", "takes"]
