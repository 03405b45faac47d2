"""Files on their way in: received in parts into a folder of the server, then imported, and gone after a while."""
