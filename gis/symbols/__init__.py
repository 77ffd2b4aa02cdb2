"""The map symbols of GB/T 35649 as data: `symbols.yaml` is the one place where a symbol is added."""
