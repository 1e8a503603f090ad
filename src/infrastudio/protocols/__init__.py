"""Others call us: MLflow, OTLP, inference, OpenAI, GraphQL, MCP, Prometheus."""
