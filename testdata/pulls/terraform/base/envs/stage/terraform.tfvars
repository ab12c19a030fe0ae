idle = "2h"
