"""Somebody else's generator, read as data: no framework's loader ever touches it.

What a file claims is parsed as plain JSON or protobuf, translated layer by layer into a layer list
of ours, and compared with the shapes and types of the arrays in the file before one of them is
read. Everything unknown is refused. All of it runs in a process with limits.
"""
