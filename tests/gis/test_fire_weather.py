"""The fire weather indices against their published 48-day test series, and fuel moisture at its breaks."""

from itertools import pairwise

import numpy as np
import pytest

from gis.hazards.fire_weather import (
    STARTUP,
    Noon,
    equilibrium_moisture_pct,
    ffmc,
    fire_weather,
    fire_weather_series,
    isi,
    moisture_of_ffmc,
)

# Van Wagner & Pickett (1985), Forestry Technical Report 33: test series from 13 April, start 85, 6, 15; values to four figures as the
# Canadian Forest Service prints them with its package (cffdrs). Month, °C, %, km/h, mm; FFMC, DMC, DC, ISI, BUI, FWI, DSR.
SERIES = """
4 17 42 25 0 87.65 8.545 19.01 10.78 8.49 10.04 1.612
4 20 21 25 2.4 86.2 10.4 23.57 8.771 10.36 9.22 1.387
4 8.5 40 17 0 86.91 11.8 26.05 6.478 11.74 7.517 0.9664
4 6.5 25 6 0 88.76 13.18 28.18 4.851 13.11 6.095 0.6668
4 13 34 24 0 89.04 15.44 31.47 12.51 15.34 14.73 3.181
4 6 40 22 0.4 88.59 16.47 33.5 10.6 16.37 13.36 2.673
4 5.5 52 6 0 87.28 17.24 35.45 3.923 17.14 5.796 0.61
4 8.5 46 16 0 87.28 18.49 37.93 6.494 18.4 9.502 1.463
4 9.5 54 20 0 86.73 19.68 40.6 7.347 19.58 10.88 1.859
4 7 93 14 9 29.83 10.14 29.52 0.006623 10.91 0.004191 1.683e-06
4 6.5 71 17 1 49.4 10.68 31.65 0.3577 11.59 0.234 0.002081
4 6 59 17 0 67.22 11.38 33.68 1.346 12.34 0.9129 0.02315
4 13 52 4 0 77.73 13.03 36.98 1.126 13.85 0.8162 0.01899
4 15.5 40 11 0 85.41 15.44 40.72 3.88 15.85 5.474 0.5513
4 23 25 9 0 91.46 19.82 45.81 8.306 19.78 12.08 2.238
4 19 46 16 0 89.87 22.45 50.19 9.423 22.4 14.2 2.978
4 18 41 20 0 89.87 25.19 54.38 11.53 25.11 17.5 4.311
4 14.5 51 16 0 88.36 27.04 57.95 7.581 26.96 13.17 2.607
5 14.5 69 11 0 85.64 28.31 62.96 4.006 28.25 7.946 1.066
5 15.5 42 8 0 87.32 30.85 68.15 4.367 30.78 9.006 1.331
5 21 37 8 0 89.33 34.51 74.34 5.822 34.43 12.17 2.267
5 23 32 16 0 90.93 38.83 80.88 10.96 38.72 20.88 5.895
5 23 32 14 0 91.15 43.14 87.43 10.23 43.01 20.94 5.926
5 27 33 12 0 91.61 48.1 94.69 9.862 47.95 21.56 6.238
5 28 17 27 0 95.11 54.46 102.13 34.27 54.26 52.31 29.96
5 23.5 54 20 0 89.65 57.43 108.77 11.16 57.24 25.72 8.525
5 16 50 22 12.2 62.2 29.92 91.8 1.405 32.97 3.011 0.1914
5 11 58 20 0 76.44 31.26 96.19 2.29 34.49 5.341 0.5278
5 16 54 16 0 83.33 33.33 101.47 3.77 36.6 8.786 1.274
5 21.5 37 9 0 88.6 37.08 107.74 5.515 39.86 12.63 2.423
5 14 61 22 0.2 86.62 38.63 112.67 7.997 41.6 17.2 4.182
5 15 30 27 0 89.58 41.6 117.77 15.71 44.18 28.66 10.32
5 20 23 11 0 92.07 45.87 123.78 10.01 47.62 21.72 6.322
5 14 95 3 16.4 21.32 20.09 96.89 0.0002476 26.46 0.0002689 1.303e-08
5 20 53 4 2.8 51 18.24 102.9 0.2256 25.27 0.2378 0.00214
5 19.5 30 16 0 82.21 22.03 108.81 3.273 29.25 6.758 0.8004
5 25.5 51 20 6 75.32 16.37 106.33 2.135 23.65 3.802 0.2892
5 10 38 24 0 84.27 18.19 110.54 6.386 25.77 11.21 1.96
5 19 27 16 0 90.25 22.05 116.36 9.946 29.92 17.1 4.138
5 26 46 11 4.2 77.54 18.67 117.65 1.578 26.74 2.917 0.181
5 30 38 22 0 90.17 23.75 125.46 13.29 32.24 21.91 6.421
5 25.5 67 19 12.6 65.28 13.14 108.44 1.389 20.17 1.862 0.08175
5 12 53 28 11.8 55.39 7.74 91.58 1.183 12.78 0.8184 0.01908
5 21 38 8 0 80.79 11.35 97.76 1.852 17.59 2.532 0.1408
5 13 70 20 3.8 61.7 8.406 97.8 1.238 13.84 0.8966 0.02242
5 9 78 24 1.4 64.43 8.991 101.82 1.726 14.73 1.941 0.08798
5 11 54 16 0 77.57 10.46 106.21 2.036 16.78 2.766 0.1646
5 15.5 39 9 0 85.37 13.12 111.4 3.486 20.27 5.719 0.5957
"""


def _half_a_unit(printed: str) -> float:
    """Half a unit of the last figure printed, that is what rounding can hide."""
    digits = printed.split("e")[0].replace(".", "").lstrip("0")
    places = len(printed.split("e")[0].split(".")[1]) if "." in printed else 0
    exponent = int(printed.split("e")[1]) if "e" in printed else 0
    return (0.501 * 10.0 ** (exponent - places)) if digits else 1e-9


def test_all_48_days_as_printed() -> None:
    lines = [line.split() for line in SERIES.strip().splitlines()]
    assert len(lines) == 48
    found = fire_weather_series([Noon(int(r[0]), *map(float, r[1:5])) for r in lines])
    for line, day in zip(lines, found, strict=True):
        for printed, value in zip(
            line[5:], (day.ffmc, day.dmc, day.dc, day.isi, day.bui, day.fwi, day.dsr), strict=True
        ):
            assert abs(value - float(printed)) <= _half_a_unit(printed), (line, day)


def test_codes_never_leave_their_scales() -> None:
    wet = Noon(7, 10, 100, 0, 200)
    dry = Noon(7, 45, 0, 100, 0)
    for noon in (wet, dry):
        day = fire_weather(noon, STARTUP)
        assert 0 <= day.ffmc <= 101
        assert min(day.dmc, day.dc, day.isi, day.bui, day.fwi) >= 0
        assert np.isfinite([day.ffmc, day.dmc, day.dc, day.isi, day.bui, day.fwi, day.dsr]).all()


def test_drier_air_never_lowers_the_fine_fuel_code_and_wind_never_the_spread_index() -> None:
    codes = [ffmc(85, Noon(4, 20, h, 10, 0)) for h in range(0, 101, 5)]
    assert all(a >= b for a, b in pairwise(codes))
    spread = isi(90.0, np.linspace(0, 100, 50))
    assert (np.diff(spread) > 0).all()
    assert moisture_of_ffmc(101) == pytest.approx(0)


def test_equilibrium_moisture_rises_with_humidity_and_its_branches_meet() -> None:
    humidity = np.arange(1.0, 100.5, 1.0)
    for temperature in (0.0, 15.0, 30.0, 40.0):
        moisture = equilibrium_moisture_pct(temperature, humidity)
        assert (np.diff(moisture) > -0.1).all()
        for edge in (10.0, 50.0):
            before, after = equilibrium_moisture_pct(temperature, np.array([edge - 1e-9, edge + 1e-9]))
            assert abs(after - before) < 0.7
        assert moisture.min() >= 0
        assert moisture.max() < 35
