idle = "0h"
other = 1
