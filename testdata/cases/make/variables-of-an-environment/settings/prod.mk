IDLE_prod = 0s
IDLE_dev = 4h
