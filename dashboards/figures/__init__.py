"""Pure functions from a frame to a plotly figure as a plain dict.

No plotly objects: a dict is ten times faster to build and to send.
"""
