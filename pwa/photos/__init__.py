"""Photos of the skin: made anew from whatever a phone sent, and kept as sealed files.

What a stranger made is decoded only in a process of its own (`decoding`), behind limits on memory and time
and without files or network (`fence`). That process (`reencode`) gives back a plain JPEG, which is checked
here (`plain_jpeg`) and kept as a file (`folder`). Nothing in this package knows a database or a key.
"""
