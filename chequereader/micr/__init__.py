"""The MICR line: found on a cheque and read, E-13B by the same network and graph as the amount."""
