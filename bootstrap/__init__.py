"""From a bare machine to a running program: what ./fengsui does before the virtual environment exists.

Standard library only, and of the project only those modules of spine that keep to it as well.
"""
