# SPDX-License-Identifier: GPL-2.0
"""What the network tests stand on: namespaces, wires, packets, the tool."""
