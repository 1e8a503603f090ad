"""The signal module without its enums: they would be more than half of the shim's imports."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    import signal
else:
    import _signal as signal

__all__ = ["signal"]
