"""Policies and encoders as ONNX files, and the files that jamd's tests compare with."""
