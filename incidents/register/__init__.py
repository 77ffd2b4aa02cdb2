"""The risk register (风险普查): sites that may break loose or suffer, an explainable score of each, scenarios computed beforehand."""
