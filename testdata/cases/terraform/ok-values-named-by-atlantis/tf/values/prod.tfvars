idle = "4h"
