"""The model: encoder, features, heads, calibration, and the folder that keeps them."""
