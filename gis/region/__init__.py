"""The seeded training region: facts in `lincang.yaml`, everything between them generated and marked illustrative."""
