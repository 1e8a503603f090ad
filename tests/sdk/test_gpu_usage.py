"""What nvidia-smi prints, as metrics."""

from __future__ import annotations

from infrastudio.sdk.system_metrics import parse_gpu_usage


def test_each_gpu_is_told_apart_and_what_it_does_not_measure_is_left_out() -> None:
    found = dict(parse_gpu_usage("37, 1024, 81559, 250.5\n0, 512, 2048, [N/A]\n"))
    assert found["gpu_0_utilization_percentage"] == 37
    assert found["gpu_0_power_usage_watts"] == 250.5
    assert found["gpu_1_memory_usage_percentage"] == 25
    assert round(found["gpu_1_memory_usage_megabytes"], 3) == 536.871  # 512 MiB
    assert "gpu_1_power_usage_watts" not in found


def test_other_lines_are_passed_over() -> None:
    assert list(parse_gpu_usage("No devices were found\n")) == []
