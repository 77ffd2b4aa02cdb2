"""These tests need the whole house."""

from tests.city_fixtures import city, city_template, city_url, server

__all__ = ["city", "city_template", "city_url", "server"]
