"""Points of records and the distance between them."""

from math import asin, cos, radians, sin, sqrt

from knowledge.records import Crossing, Record, Zone

EARTH_KM = 6371.0


def point(record: Record) -> tuple[float, float] | None:
    """Latitude and longitude of a record, where it has them."""
    if isinstance(record, Zone) and record.place.lat is not None and record.place.lon is not None:
        return record.place.lat, record.place.lon
    if isinstance(record, Crossing) and record.coordinates is not None:
        return record.coordinates.lat, record.coordinates.lon
    return None


def kilometres(a: tuple[float, float], b: tuple[float, float]) -> float:
    """As the crow flies."""
    (lat_a, lon_a), (lat_b, lon_b) = (tuple(map(radians, one)) for one in (a, b))
    across = sin((lat_b - lat_a) / 2) ** 2 + cos(lat_a) * cos(lat_b) * sin((lon_b - lon_a) / 2) ** 2
    return 2 * EARTH_KM * asin(sqrt(across))
