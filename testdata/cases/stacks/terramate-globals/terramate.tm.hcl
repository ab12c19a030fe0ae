globals {
  idle = "4h"
}
