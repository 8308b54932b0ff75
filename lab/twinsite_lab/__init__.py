"""A cluster of real nodes on one machine: user-mode Linux nodes, networks that can be cut, PDUs."""
